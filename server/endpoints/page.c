#include "endpoints/page.h"

#include <string.h>

#include "db/room.h"
#include "endpoints/words.h"
#include "render/template.h"
#include "render/text.h"

const char *page_text(const struct request *request, const char *english)
{
    return text_in(request->language, english);
}

static void navigation(struct view *view, const struct principal *who, const char *here)
{
    static const struct {
        const char *flag;
        unsigned    may;
    } entries[] = {
        {"may_technician", MAY_TECHNICIAN | MAY_LEAD | MAY_ADMIN},
        {"may_audit", MAY_AUDITOR | MAY_LEAD | MAY_ADMIN},
        {"may_lead", MAY_LEAD | MAY_ADMIN},
        {"may_admin", MAY_ADMIN},
    };
    static const char *const managed[] = {"nav_labels", "nav_scanners", "nav_places", "nav_accounts"};

    for (size_t i = 0; i < COUNT_OF(entries); i++)
        view_flag(view, entries[i].flag, (who->roles & entries[i].may) != 0);
    if (*here)
        view_flag(view, here, true);
    for (size_t i = 0; i < COUNT_OF(managed); i++)
        if (strcmp(here, managed[i]) == 0)
            view_flag(view, "nav_manage", true);
}

/* What the site says of itself is shown as it was written; what stands there while it says nothing is ours.
 */
static const char *own_words(const struct request *request, const char *setting, const char *value)
{
    return config_is_given(setting) ? value : page_text(request, value);
}

struct view *page_view(const struct service *service, const struct request *request, const char *here)
{
    struct view            *view = view_new(request->arena);
    const struct principal *who = &request->principal;
    bool                    dutch = strcmp(request->language, "nl") == 0;

    view_text(view, "language", request->language);
    view_text(view, "other_language", dutch ? "en" : "nl");
    view_text(view, "other_language_name", dutch ? "English" : "Nederlands");
    view_text(view, "site_name", own_words(request, "SPOOR_SITE_NAME", service->config->site_name));
    view_text(view, "help_line", own_words(request, "SPOOR_HELP_LINE", service->config->help_line));
    view_flag(view, "signed_in", who->roles != 0);
    view_flag(view, "no_room", who->roles != 0 && room_is_low(service->room));
    view_text(view, "who", who->name ? who->name : "");
    view_text(view, "token", who->form_token ? who->form_token : "");
    navigation(view, who, here);
    return view;
}

bool page_show(const struct service *service, const struct request *request, struct reply *reply,
               const char *name, const struct view *view, struct error *error)
{
    return template_page(&reply->body, service->config->site_folder, name, view, request->language, error);
}

/* What stands above the sentence. */
static const char *title_of(const struct request *request, const struct error *error)
{
    static const char *const titles[ERROR_KIND_COUNT] = {
        [ERROR_INVALID] = "Something in it is not right",
        [ERROR_UNAUTHENTICATED] = "Please sign in",
        [ERROR_FORBIDDEN] = "This is not for you to see",
        [ERROR_NOT_FOUND] = "There is nothing here",
        [ERROR_METHOD] = "That is not possible here",
        [ERROR_CONFLICT] = "Not possible as things stand",
        [ERROR_TOO_LARGE] = "That is too much",
        [ERROR_UNSUPPORTED] = "That form is not understood",
        [ERROR_TOO_MANY] = "Too often in a short time",
        [ERROR_NO_ROOM] = "Not recorded",
        [ERROR_UNAVAILABLE] = "Not at this moment",
        [ERROR_UNKNOWN_OUTCOME] = "Not certain whether it was recorded",
    };
    const char *title = titles[error->kind];

    return page_text(request, title ? title : "Something broke on our side");
}

/* With its full stop, which messages that go on elsewhere do not have. */
static const char *whole(const struct request *request, const char *sentence)
{
    size_t length = strlen(sentence);

    return length > 0 && strchr(".?!", sentence[length - 1]) ? sentence
                                                             : arena_format(request->arena, "%s.", sentence);
}

/* A form with a key counts once, however often it is sent. */
static const char *unknown_outcome(const struct request *request)
{
    if (*request_field(request, "event_id"))
        return page_text(request,
                         "It is not known whether this was recorded; send it again, it counts once.");
    return page_text(request, "It is not known whether this was recorded: look first whether it is there.");
}

/* In words of its own, where they are words for people. */
static const char *not_now(const struct request *request, const char *message)
{
    if (text_in("nl", message) != message)
        return whole(request, page_text(request, message));
    if (strcmp(request->method, "POST") == 0)
        return page_text(request, "Nothing was recorded. Go back and send the same form again.");
    return page_text(
        request, "This cannot be done just now. What was recorded is safe; please try again in a moment.");
}

static const char *sentence_of(const struct request *request, const struct error *error)
{
    if (error->kind == ERROR_INTERNAL)
        return page_text(request, "We have written down what happened. Nothing that was confirmed is lost.");
    if (error->kind == ERROR_UNKNOWN_OUTCOME)
        return unknown_outcome(request);
    if (error->kind == ERROR_UNAVAILABLE)
        return not_now(request, error->message);
    return whole(request, words_message(request, error->message));
}

void page_error(const struct service *service, const struct request *request, struct reply *reply,
                const struct error *error)
{
    struct view *view = page_view(service, request, "");
    struct error again = {0};

    reply->type = "text/html; charset=utf-8";
    view_number(view, "status", (long)reply->status);
    view_text(view, "title", title_of(request, error));
    view_text(view, "message", sentence_of(request, error));
    view_flag(view, "passes",
              (error->kind == ERROR_UNAVAILABLE || error->kind == ERROR_TOO_MANY) &&
                  strcmp(request->method, "POST") != 0);
    view_text(view, "request_id", request->id);
    view_flag(view, "no_switch", strcmp(request->method, "GET") != 0);
    if (page_show(service, request, reply, "error", view, &again))
        return;
    buffer_free(&reply->body);
    reply->type = "text/plain; charset=utf-8";
    buffer_format(&reply->body, "%s\n%s\n%s\n", title_of(request, error), sentence_of(request, error),
                  request->id);
}
