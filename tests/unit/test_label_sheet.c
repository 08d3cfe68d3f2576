/* Every label on every layout, printed at 203, 300 and 600 dots an inch, is read back by zbar, label by
 * label. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zbar.h>

#include "render/label_sheet.h"

#define LABELS_MOST 100

static char folder[] = "/tmp/spoor-sheet-XXXXXX";

struct page {
    uint8_t *grey;
    unsigned width, height;
};

static void write_pdf(const char *path, const struct label_layout *layout, const struct label *labels,
                      size_t count)
{
    ARENA             *arena = arena_new();
    struct error       error = {0};
    struct buffer      pdf = {.limit = 8u << 20};
    struct label_sheet sheet = {
        .layout = layout, .base_url = "https://fix.example.nl", .help_line = "030 123 45 67"};
    FILE *file = fopen(path, "we");

    assert_non_null(file);
    assert_true(label_sheet_write(arena, &sheet, labels, count, &pdf, &error));
    assert_int_equal(fwrite(pdf.text, 1, pdf.length, file), pdf.length);
    fclose(file);
    buffer_free(&pdf);
}

/* Debian's pdftoppm prints it to a grey picture. */
static struct page rasterise(const char *path, unsigned dpi)
{
    char        command[200], name[80];
    struct page page = {0};
    FILE       *file;

    snprintf(command, sizeof command, "pdftoppm -q -gray -r %u -singlefile %s %s/page", dpi, path, folder);
    assert_int_equal(system(command), 0);
    snprintf(name, sizeof name, "%s/page.pgm", folder);
    file = fopen(name, "re");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "P5 %u %u 255", &page.width, &page.height), 2);
    assert_int_equal(fgetc(file), '\n');
    page.grey = malloc((size_t)page.width * page.height);
    assert_non_null(page.grey);
    assert_int_equal(fread(page.grey, 1, (size_t)page.width * page.height, file),
                     (size_t)page.width * page.height);
    fclose(file);
    remove(name);
    return page;
}

/* Cuts one label out by its geometry and gives what zbar reads. */
static void read_label(const struct page *page, const struct label_layout *layout, size_t n, unsigned dpi,
                       char *text, size_t size)
{
    double   dots = dpi / 25.4;
    unsigned left = (unsigned)((layout->left + (double)(n % layout->columns) * layout->pitch_x) * dots);
    unsigned top = (unsigned)((layout->top + (double)(n / layout->columns) * layout->pitch_y) * dots);
    unsigned width = (unsigned)(layout->width * dots), height = (unsigned)(layout->height * dots);
    uint8_t *cut = malloc((size_t)width * height);
    zbar_image_scanner_t *scanner = zbar_image_scanner_create();
    zbar_image_t         *image = zbar_image_create();

    assert_non_null(cut);
    for (unsigned y = 0; y < height; y++)
        memcpy(cut + (size_t)y * width, page->grey + (size_t)(top + y) * page->width + left, width);
    zbar_image_scanner_set_config(scanner, ZBAR_NONE, ZBAR_CFG_ENABLE, 0);
    zbar_image_scanner_set_config(scanner, ZBAR_QRCODE, ZBAR_CFG_ENABLE, 1);
    zbar_image_set_format(image, zbar_fourcc('Y', '8', '0', '0'));
    zbar_image_set_size(image, width, height);
    zbar_image_set_data(image, cut, (unsigned long)width * height, NULL);
    text[0] = '\0';
    if (zbar_scan_image(scanner, image) > 0)
        snprintf(text, size, "%s", zbar_symbol_get_data(zbar_image_first_symbol(image)));
    zbar_image_destroy(image);
    zbar_image_scanner_destroy(scanner);
    free(cut);
}

static void check_layout(const struct label_layout *layout)
{
    static const unsigned dpis[] = {203, 300, 600};
    struct label          labels[LABELS_MOST];
    size_t                count = (size_t)layout->columns * layout->rows;
    char                  path[80], text[200];

    for (size_t i = 0; i < count; i++)
        assert_true(label_make((i + 1) * UINT64_C(7368787) % (UINT64_C(1) << 40), &labels[i]));
    snprintf(path, sizeof path, "%s/sheet.pdf", folder);
    write_pdf(path, layout, labels, count);
    for (size_t d = 0; d < COUNT_OF(dpis); d++) {
        struct page page = rasterise(path, dpis[d]);

        for (size_t i = 0; i < count; i++) {
            struct label read;
            struct error error = {0};

            read_label(&page, layout, i, dpis[d], text, sizeof text);
            if (!label_parse(text, &read, &error) || strcmp(read.code, labels[i].code) != 0)
                fail_msg("%s at %u dpi, label %zu: read '%s' for %s", layout->name, dpis[d], i + 1, text,
                         labels[i].code);
        }
        free(page.grey);
    }
}

static void reads_back_every_label_of_every_layout(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(folder));
    for (size_t i = 0; i < label_layout_count; i++)
        check_layout(&label_layouts[i]);
    char command[80];

    snprintf(command, sizeof command, "rm -rf %s", folder);
    assert_int_equal(system(command), 0);
}

static void refuses_an_address_that_makes_the_modules_too_small(void **state)
{
    ARENA             *arena = arena_new();
    struct error       error = {0};
    struct buffer      pdf = {.limit = 1u << 20};
    struct label       label;
    struct label_sheet sheet = {
        .layout = label_layout_find("H4345"),
        .help_line = "",
        .base_url =
            "https://it-werkplaats.intern.een-heel-lange-naam.voorbeeld-organisatie.nederland.example.nl"};

    (void)state;
    assert_true(label_make(1, &label));
    assert_false(label_sheet_write(arena, &sheet, &label, 1, &pdf, &error));
    assert_int_equal(error.kind, ERROR_INVALID);
    assert_non_null(strstr(error.message, "too small"));
    buffer_free(&pdf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_back_every_label_of_every_layout),
        cmocka_unit_test(refuses_an_address_that_makes_the_modules_too_small),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
