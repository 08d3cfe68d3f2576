#include "web/csrf.h"

#include <string.h>
#include <strings.h>

static bool came_from_us(const struct request *request, const char *origin)
{
    const char *site = request_header(request, "Sec-Fetch-Site");
    const char *sender = request_header(request, "Origin");

    if (site)
        return strcmp(site, "same-origin") == 0;
    return sender && strcasecmp(sender, origin) == 0;
}

/* Takes as long for every wrong token of the right length. */
static bool same_token(const char *given, const char *wanted)
{
    size_t                 length = strlen(wanted);
    volatile unsigned char difference = 0;

    if (length == 0 || strlen(given) != length)
        return false;
    for (size_t i = 0; i < length; i++)
        difference |= (unsigned char)(given[i] ^ wanted[i]);
    return difference == 0;
}

bool csrf_check(const struct request *request, const char *origin, struct error *error)
{
    const struct principal *principal = &request->principal;

    if (!came_from_us(request, origin))
        return error_set(error, ERROR_FORBIDDEN,
                         "This form was not sent from one of our pages; please open the page again.");
    if (principal->roles != 0 &&
        !same_token(request_field(request, "token"), principal->form_token ? principal->form_token : ""))
        return error_set(error, ERROR_FORBIDDEN,
                         "This form is of an earlier session; please open the page again.");
    return true;
}
