#include <stdio.h>

#include "commands/commands.h"
#include "endpoints/endpoints.h"

static const struct {
    unsigned    may;
    const char *word;
} audiences[] = {
    {MAY_ANYONE, "anyone"}, {MAY_LOOPBACK, "this machine"}, {MAY_TECHNICIAN, "technician"},
    {MAY_LEAD, "lead"},     {MAY_AUDITOR, "auditor"},       {MAY_EDITOR, "editor"},
    {MAY_ADMIN, "admin"},   {MAY_SCANNER, "scanner"},       {MAY_REVOKED, "revoked scanner"},
};

static void print_audience(unsigned may, const char *before, const char *between, const char *after)
{
    const char *separator = "";

    fputs(before, stdout);
    for (size_t i = 0; i < COUNT_OF(audiences); i++)
        if (may & audiences[i].may) {
            printf("%s%s", separator, audiences[i].word);
            separator = between;
        }
    fputs(after, stdout);
}

static const char *const uses[] = {[READS] = "reads", [WRITES] = "writes", [URGENT] = "urgent"};

static void print_json(const struct route *route, bool first)
{
    printf("%s{\"method\": \"%s\", \"path\": \"%s\", \"door\": \"%s\", \"use\": \"%s\", "
           "\"body_limit\": %zu, \"summary\": \"%s\", ",
           first ? "[" : ",\n ", route->method, route->pattern, route->door == DOOR_API ? "api" : "page",
           uses[route->use], route->body_limit, route->summary);
    print_audience(route->may, "\"may\": [\"", "\", \"", "\"]}");
}

static void print_line(const struct route *route)
{
    printf("%-5s %-44s ", route->method, route->pattern);
    print_audience(route->may, "", ", ", "");
    printf("\n      %s\n", route->summary);
}

static int run(struct invocation *invocation, struct error *error)
{
    (void)error;
    for (size_t i = 0; i < route_count; i++)
        if (option_given(invocation, "json"))
            print_json(&routes[i], i == 0);
        else
            print_line(&routes[i]);
    if (option_given(invocation, "json"))
        puts("]");
    return 0;
}

static const struct option_row options[] = {
    {"json", NULL, "as a JSON array"},
    {0},
};
static const struct example_row examples[] = {
    {"spoord routes", "every address that the service answers, and who may use it"},
    {"spoord routes --json", "as a program reads it"},
    {0},
};

const struct command routes_command = {
    .name = "routes",
    .operands = "",
    .summary = "Lists every address that the service answers, and who may use it",
    .run = run,
    .options = options,
    .examples = examples,
};
