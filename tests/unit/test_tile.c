#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "audit/tile.h"

static const struct {
    const char *path;
    struct tile tile;
} known[] = {
    {"0/000", {0, 0, 256}},
    {"0/001.p/1", {0, 1, 1}},
    {"7/999", {7, 999, 256}},
    {"0/x001/000", {0, 1000, 256}},
    {"0/x001/x234/067", {0, 1234067, 256}},
    {"0/x001/x234/067.p/8", {0, 1234067, 8}},
    {"entries/x001/234.p/255", {TILE_ENTRIES, 1234, 255}},
    {"entries/000", {TILE_ENTRIES, 0, 256}},
};

static void names_tiles_as_the_specification_does(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        char        path[TILE_PATH_SIZE];
        struct tile tile;

        tile_path(&known[i].tile, path);
        assert_string_equal(path, known[i].path);
        assert_true(tile_parse(known[i].path, &tile));
        assert_int_equal(tile.level, known[i].tile.level);
        assert_true(tile.index == known[i].tile.index);
        assert_int_equal(tile.width, known[i].tile.width);
    }
}

static void refuses_other_names(void **state)
{
    static const char *const names[] = {"",
                                        "0",
                                        "0/",
                                        "0/0",
                                        "0/00",
                                        "0/0000",
                                        "0/x000/001",
                                        "0/001/",
                                        "0/001/002",
                                        "0/x001",
                                        "0/x001/",
                                        "00/001",
                                        "8/000",
                                        "9/000",
                                        "-1/000",
                                        "0/001.p/",
                                        "0/001.p/0",
                                        "0/001.p/256",
                                        "0/001.p/1000",
                                        "0/001.p/01",
                                        "0/001.p/ 1",
                                        "0/001.p/+1",
                                        "0/001.p/1/",
                                        "0/001.P/1",
                                        "0/../001",
                                        "/0/001",
                                        "0/00a",
                                        "entries",
                                        "entries/",
                                        "entries/1",
                                        "Entries/000",
                                        "data/000",
                                        "0/x001/x001/x001/x001/x001/x001/001"};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct tile tile;

        if (tile_parse(names[i], &tile))
            fail_msg("%s", names[i]);
    }
}

static void tells_how_many_hashes_a_level_has(void **state)
{
    (void)state;
    assert_int_equal(tile_nodes(0, 0), 0);
    assert_int_equal(tile_nodes(0, 300), 300);
    assert_int_equal(tile_nodes(1, 255), 0);
    assert_int_equal(tile_nodes(1, 256), 1);
    assert_int_equal(tile_nodes(1, 70000), 273);
    assert_int_equal(tile_nodes(2, 70000), 1);
    assert_int_equal(tile_nodes(7, INT64_MAX), 127);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_tiles_as_the_specification_does),
        cmocka_unit_test(refuses_other_names),
        cmocka_unit_test(tells_how_many_hashes_a_level_has),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
