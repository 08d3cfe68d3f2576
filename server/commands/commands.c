#include "commands/commands.h"

const struct command *const commands[] = {
    &serve_command,           &migrate_command,        &account_add_command,
    &account_disable_command, &account_enable_command, &account_password_command,
    &account_roles_command,   &account_badge_command,  &account_list_command,
    &scanner_add_command,     &scanner_revoke_command, &scanner_list_command,
    &token_add_command,       &token_revoke_command,   &token_list_command,
    &device_add_command,      &device_show_command,    &repair_list_command,
    &label_mint_command,      &label_sheet_command,    &label_ruler_command,
    &label_cards_command,     &label_show_command,     &label_link_command,
    &label_revoke_command,    &label_list_command,     &key_new_command,
    &key_show_command,        &key_rotate_command,     &seal_command,
    &export_bundle_command,   &erase_person_command,   &settings_command,
    &routes_command,          &backup_command,         &upgrade_command,
};
const size_t command_count = COUNT_OF(commands);
