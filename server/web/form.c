#include "web/form.h"

#include <string.h>

#include "web/percent.h"

static const char name_symbols[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.";

static size_t count_fields(const char *text, size_t length)
{
    size_t count = 1;

    for (size_t i = 0; i < length; i++)
        if (text[i] == '&')
            count++;
    return count;
}

static bool has_controls(const char *value)
{
    for (; *value; value++)
        if (((unsigned char)*value < ' ' && !strchr("\t\r\n", *value)) || *value == 0x7F)
            return true;
    return false;
}

static bool read_name(struct arena *arena, const char *text, size_t length, const char **name,
                      struct error *error)
{
    char *decoded;

    if (length == 0 || length > (size_t)3 * FORM_NAME_MAX)
        return error_set(error, ERROR_INVALID, "A form field must have a name of 1 to %d symbols.",
                         FORM_NAME_MAX);
    decoded = arena_take(arena, length + 1);
    if (!percent_decode(text, length, PLUS_IS_BLANK, decoded, error))
        return false;
    if (strlen(decoded) > FORM_NAME_MAX || decoded[strspn(decoded, name_symbols)] != '\0')
        return error_set(error, ERROR_INVALID,
                         "A form field's name has letters, digits, \"_\", \"-\" and \".\", at most %d.",
                         FORM_NAME_MAX);
    *name = decoded;
    return true;
}

static bool read_field(struct arena *arena, const char *text, size_t length, struct field *field,
                       struct error *error)
{
    const char *equals = memchr(text, '=', length);
    size_t      name_length = equals ? (size_t)(equals - text) : 0;
    char       *value;

    if (!equals)
        return error_set(error, ERROR_INVALID, "A form field must have the form name=value.");
    if (!read_name(arena, text, name_length, &field->name, error))
        return false;
    value = arena_take(arena, length - name_length);
    if (!percent_decode(equals + 1, length - name_length - 1, PLUS_IS_BLANK, value, error))
        return error_field(error, field->name, "The field \"%s\" is not text in UTF-8 without NUL.",
                           field->name);
    if (has_controls(value))
        return error_field(error, field->name, "The field \"%s\" has control characters.", field->name);
    field->value = value;
    return true;
}

bool form_parse(struct arena *arena, const char *text, size_t length, struct form *form, struct error *error)
{
    const char *end = text + length;
    size_t      count = count_fields(text, length);

    *form = (struct form){0};
    if (length == 0)
        return true;
    if (count > FORM_FIELDS_MAX)
        return error_set(error, ERROR_TOO_LARGE, "There are more than %d form fields.", FORM_FIELDS_MAX);
    form->fields = ARENA_NEW(arena, struct field, count);
    for (size_t i = 0; i < count; i++) {
        const char  *stop = memchr(text, '&', (size_t)(end - text));
        struct field field = {"", ""};

        stop = stop ? stop : end;
        if (!read_field(arena, text, (size_t)(stop - text), &field, error))
            return false;
        if (form_find(form, field.name))
            return error_field(error, field.name, "The field \"%s\" was sent twice.", field.name);
        form->fields[form->count++] = field;
        text = stop + 1;
    }
    return true;
}

const char *form_find(const struct form *form, const char *name)
{
    for (size_t i = 0; i < form->count; i++)
        if (strcmp(form->fields[i].name, name) == 0)
            return form->fields[i].value;
    return NULL;
}
