/*
 * What an auditor takes home, as one download: the same bundle that `spoord export-bundle` writes, in a tar
 * archive. It is written into a folder of the state first, so that memory stays small however long the ledger
 * is; the folder goes when the download ends.
 */
#include "endpoints/evidence.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "db/query.h"
#include "endpoints/endpoints.h"
#include "endpoints/service.h"
#include "endpoints/words.h"
#include "ledger/bundle.h"
#include "render/tar.h"
#include "shared/uuid.h"
#include "web/reply.h"

#define AT_ONCE   2 /* downloads; each has its own copy on the disk */
#define PIECE     ((size_t)256 * 1024)
#define FOLDER    "evidence-"
#define RETRY_S   20u
#define PATH_SIZE 4096

static atomic_int at_once;

struct evidence {
    char  folder[PATH_SIZE], name[64];
    FTS  *walk;
    int   file; /* being sent; -1: none */
    off_t size, left;
    bool  ended;
};

static int by_name(const FTSENT **left, const FTSENT **right)
{
    return strcmp((*left)->fts_name, (*right)->fts_name);
}

static FTS *walk(char *folder)
{
    return fts_open((char *[]){folder, NULL}, FTS_PHYSICAL | FTS_NOCHDIR, by_name);
}

static void remove_tree(char *folder)
{
    FTS    *tree = walk(folder);
    FTSENT *at;

    while (tree && (at = fts_read(tree)))
        if (at->fts_info != FTS_D)
            (void)remove(at->fts_accpath);
    if (tree)
        fts_close(tree);
}

/* What a service left behind that was killed. */
void evidence_sweep(const char *state)
{
    char    root[PATH_SIZE];
    FTS    *tree;
    FTSENT *at;

    snprintf(root, sizeof root, "%s", state);
    tree = walk(root);
    while (tree && (at = fts_read(tree))) {
        if (at->fts_level == 1 && at->fts_info == FTS_D && strncmp(at->fts_name, FOLDER, strlen(FOLDER)) == 0)
            remove_tree(at->fts_path);
        if (at->fts_level == 1)
            fts_set(tree, at, FTS_SKIP);
    }
    if (tree)
        fts_close(tree);
}

static void end(void *context)
{
    struct evidence *evidence = context;

    if (evidence->file >= 0)
        close(evidence->file);
    if (evidence->walk)
        fts_close(evidence->walk);
    if (evidence->folder[0])
        remove_tree(evidence->folder);
    free(evidence);
    atomic_fetch_sub(&at_once, 1);
}

static bool open_next(struct evidence *evidence, struct buffer *out, struct error *error)
{
    FTSENT *at;
    char    path[PATH_SIZE];

    while ((at = fts_read(evidence->walk)) && at->fts_info != FTS_F)
        if (at->fts_info == FTS_ERR || at->fts_info == FTS_DNR)
            return error_set(error, ERROR_INTERNAL, "cannot read the bundle: %s", strerror(at->fts_errno));
    if (!at) {
        tar_end(out);
        evidence->ended = true;
        return true;
    }
    evidence->file = open(at->fts_path, O_RDONLY | O_CLOEXEC);
    if (evidence->file < 0)
        return error_set(error, ERROR_INTERNAL, "cannot read the bundle: %s", strerror(errno));
    evidence->size = evidence->left = at->fts_statp->st_size;
    snprintf(path, sizeof path, "%s%s", evidence->name, at->fts_path + strlen(evidence->folder));
    return tar_head(out, path, (uint64_t)evidence->size, at->fts_statp->st_mtime, error);
}

static bool send_some(struct evidence *evidence, struct buffer *out, struct error *error)
{
    char    bytes[16 * 1024];
    ssize_t got;

    while (evidence->left > 0 && out->length < PIECE) {
        size_t most = (size_t)evidence->left < sizeof bytes ? (size_t)evidence->left : sizeof bytes;

        got = read(evidence->file, bytes, most);
        if (got <= 0)
            return error_set(error, ERROR_INTERNAL, "a file of the bundle ends too early");
        buffer_add(out, bytes, (size_t)got);
        evidence->left -= got;
    }
    if (evidence->left > 0)
        return true;
    tar_pad(out, (uint64_t)evidence->size);
    close(evidence->file);
    evidence->file = -1;
    return true;
}

static bool next_piece(void *context, struct buffer *out, struct error *error)
{
    struct evidence *evidence = context;

    if (evidence->ended)
        return false;
    while (!evidence->ended && out->length < PIECE)
        if (!(evidence->file < 0 ? open_next(evidence, out, error) : send_some(evidence, out, error)))
            return false;
    return true;
}

static bool write_bundle(struct evidence *evidence, const struct service *service, struct session *session,
                         const char *device_id, struct error *error)
{
    struct bundle_report  report;
    struct bundle_options options = {.folder = evidence->folder, .device_id = device_id};

    if (snprintf(evidence->folder, sizeof evidence->folder, "%s/" FOLDER "XXXXXX", service->config->state) >=
        (int)sizeof evidence->folder)
        return error_set(error, ERROR_INTERNAL, "the name of the state folder is too long");
    if (!mkdtemp(evidence->folder)) {
        evidence->folder[0] = '\0';
        return error_set(error, ERROR_UNAVAILABLE, "No evidence can be written at the moment: %s",
                         strerror(errno));
    }
    if (!bundle_write(session, &options, &report, error))
        return false;
    evidence->walk = walk(evidence->folder);
    return evidence->walk || error_set(error, ERROR_INTERNAL, "cannot read the bundle: %s", strerror(errno));
}

/* Takes one of the places; ended by end(). */
static struct evidence *begin(struct error *error)
{
    struct evidence *evidence;

    if (atomic_fetch_add(&at_once, 1) >= AT_ONCE) {
        atomic_fetch_sub(&at_once, 1);
        error_set(error, ERROR_UNAVAILABLE, "Others are downloading evidence; try again in a moment");
        error->retry_after_s = RETRY_S;
        return NULL;
    }
    evidence = calloc(1, sizeof *evidence);
    if (!evidence)
        abort();
    evidence->file = -1;
    return evidence;
}

static bool give(struct service *service, const struct request *request, struct reply *reply,
                 struct session *session, const char *device_id, const char *name, struct error *error)
{
    struct evidence *evidence = begin(error);

    if (!evidence)
        return false;
    snprintf(evidence->name, sizeof evidence->name, "%s", name);
    if (!write_bundle(evidence, service, session, device_id, error)) {
        end(evidence);
        return false;
    }
    reply->type = "application/x-tar";
    reply_download(request, reply, arena_format(request->arena, "%s.tar", name));
    reply->stream = next_piece;
    reply->stream_context = evidence;
    reply->stream_end = end;
    return true;
}

bool audit_device_evidence(struct service *service, const struct request *request, struct reply *reply,
                           struct error *error)
{
    char               id[UUID_SIZE];
    const struct rows *facts;
    const char        *code;

    if (!request_only(request, "", error))
        return false;
    if (!uuid_parse_any(request_part(request, 0), id))
        return error_set(error, ERROR_NOT_FOUND, "There is no such device");
    SESSION *session = pool_borrow(service->audit_pool, service->config->session_wait_ms, error);

    facts = session ? QUERY(session, request->arena, SQL_DEVICE_FACTS, error, id) : NULL;
    if (!facts)
        return false;
    if (rows_count(facts) == 0)
        return error_set(error, ERROR_NOT_FOUND, "There is no such device");
    code = words_code(request, rows_text(facts, 0, "code"));
    return give(service, request, reply, session, id,
                arena_format(request->arena, "spoor-%s", *code ? code : "device"), error);
}

bool audit_evidence(struct service *service, const struct request *request, struct reply *reply,
                    struct error *error)
{
    if (!request_only(request, "", error))
        return false;
    SESSION *session = pool_borrow(service->audit_pool, service->config->session_wait_ms, error);

    return session && give(service, request, reply, session, NULL, "spoor-ledger", error);
}
