/* test_router.c: which route an address has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "web/router.h"

static bool nothing(struct service *service, const struct request *request, struct reply *reply,
                    struct error *error)
{
    (void)service;
    (void)request;
    (void)reply;
    (void)error;
    return true;
}

static const struct route routes[] = {
    {"GET", "/", nothing, MAY_ANYONE, DOOR_PAGE, READS, 0, ""},
    {"GET", "/devices/new", nothing, MAY_ANYONE, DOOR_PAGE, READS, 0, ""},
    {"GET", "/devices/{code}", nothing, MAY_ANYONE, DOOR_PAGE, READS, 0, ""},
    {"POST", "/devices/{code}", nothing, MAY_ANYONE, DOOR_PAGE, WRITES, 10, ""},
    {"POST", "/devices", nothing, MAY_ANYONE, DOOR_PAGE, WRITES, 10, ""},
    {"GET", "/repairs/{id}/notes/{note}", nothing, MAY_ANYONE, DOOR_PAGE, READS, 0, ""},
    {"GET", "/d/{code}", nothing, MAY_ANYONE, DOOR_PAGE, READS, 0, ""},
    {"GET", "/log/tile/{tile*}", nothing, MAY_ANYONE, DOOR_API, READS, 0, ""},
};

static struct path_parts parts;

/* The pattern that answers, or the word of the error. */
static const char *found(const char *method, const char *path)
{
    struct error        error = {0};
    const struct route *route = router_find(routes, COUNT_OF(routes), method, path, &parts, &error);

    return route ? route->pattern : error_word(error.kind);
}

static void finds_the_first_route_that_matches(void **state)
{
    (void)state;
    assert_string_equal(found("GET", "/"), "/");
    assert_string_equal(found("GET", "/devices/new"), "/devices/new");
    assert_string_equal(found("GET", "/devices/newer"), "/devices/{code}");
    assert_string_equal(parts.text[0], "newer");
    assert_string_equal(found("GET", "/repairs/7/notes/x%20y"), "/repairs/{id}/notes/{note}");
    assert_int_equal(parts.count, 2);
    assert_string_equal(parts.text[1], "x y");
}

static void answers_head_where_it_answers_get(void **state)
{
    (void)state;
    assert_string_equal(found("HEAD", "/devices/x"), "/devices/{code}");
    assert_string_equal(found("HEAD", "/devices"), "method_not_allowed");
}

static void decodes_each_segment_once(void **state)
{
    (void)state;
    assert_string_equal(found("GET", "/devices/a%2520b"), "/devices/{code}");
    assert_string_equal(parts.text[0], "a%20b");
    assert_string_equal(found("GET", "/devices/%C3%A9"), "/devices/{code}");
    assert_string_equal(parts.text[0], "\xC3\xA9");
    assert_string_equal(found("GET", "/%64evices/a"), "/devices/{code}");
}

static void refuses_what_cannot_be_decoded(void **state)
{
    static const char *const bad[] = {"/devices/%",   "/devices/%4",  "/devices/%zz",    "/devices/%00",
                                      "/devices/%2f", "/devices/%5C", "/devices/%c0%ae", "/devices/%ff",
                                      "/devices/%0a", "/devices/\\"};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_string_equal(found("GET", bad[i]), "invalid");
}

static void knows_nothing_beside_its_routes(void **state)
{
    static const char *const strange[] = {"",
                                          "devices/x",
                                          "//",
                                          "//devices/x",
                                          "/devices/",
                                          "/devices/.",
                                          "/devices/..",
                                          "/devices/%2e%2e",
                                          "/devices/x/",
                                          "/Devices/x",
                                          "/devices;x",
                                          "/repairs/7/notes",
                                          "/1/2/3/4/5/6/7/8/9/10/11/12"};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(strange); i++)
        assert_string_equal(found("GET", strange[i]), "not_found");
}

static void takes_no_part_longer_than_its_place(void **state)
{
    char path[PATH_PART_SIZE + 32] = "/devices/";

    (void)state;
    memset(path + 9, 'a', PATH_PART_SIZE - 1);
    assert_string_equal(found("GET", path), "/devices/{code}");
    assert_int_equal(strlen(parts.text[0]), PATH_PART_SIZE - 1);
    path[9 + PATH_PART_SIZE - 1] = 'a';
    assert_string_equal(found("GET", path), "not_found");
}

static void reads_label_addresses_without_case(void **state)
{
    (void)state;
    assert_string_equal(found("GET", "/D/7K3M9-QXFDT"), "/d/{code}");
    assert_string_equal(parts.text[0], "7K3M9-QXFDT");
}

static void takes_all_that_is_left_as_one_part(void **state)
{
    (void)state;
    assert_string_equal(found("GET", "/log/tile/0/x001/067.p/8"), "/log/tile/{tile*}");
    assert_string_equal(parts.text[0], "0/x001/067.p/8");
    assert_int_equal(parts.count, 1);
    assert_string_equal(found("GET", "/log/tile/0//067"), "not_found");
    assert_string_equal(found("GET", "/log/tile/../067"), "not_found");
    assert_string_equal(found("GET", "/log/tile/0/067/"), "not_found");
    assert_string_equal(found("GET", "/log/tile"), "not_found");
}

static void lists_the_methods_of_an_address(void **state)
{
    char allow[64];

    (void)state;
    router_allow(routes, COUNT_OF(routes), "/devices/x", allow, sizeof allow);
    assert_string_equal(allow, "GET, HEAD, POST");
    router_allow(routes, COUNT_OF(routes), "/devices", allow, sizeof allow);
    assert_string_equal(allow, "POST");
    router_allow(routes, COUNT_OF(routes), "/nope", allow, sizeof allow);
    assert_string_equal(allow, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_first_route_that_matches),
        cmocka_unit_test(answers_head_where_it_answers_get),
        cmocka_unit_test(decodes_each_segment_once),
        cmocka_unit_test(refuses_what_cannot_be_decoded),
        cmocka_unit_test(knows_nothing_beside_its_routes),
        cmocka_unit_test(takes_no_part_longer_than_its_place),
        cmocka_unit_test(reads_label_addresses_without_case),
        cmocka_unit_test(takes_all_that_is_left_as_one_part),
        cmocka_unit_test(lists_the_methods_of_an_address),
    };

    return cmocka_run_group_tests_name("router", tests, NULL, NULL);
}
