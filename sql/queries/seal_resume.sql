-- $1 epoch, $2 sealed size, $3 devices, $4 their last device_seq
SELECT spoor.resume_after_restore($1::bigint, $2::bigint, $3::uuid[], $4::int[]) AS seq;
