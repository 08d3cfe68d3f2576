#include "lines_passes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "filters.h"
#include "lines_profile.h"
#include "lines_region.h"
#include "lines_votes.h"

#define DEGREE        .0174532925F
#define BEYOND        1.25F /* how much longer a line is than its region: the quiet zone is no stripes */
#define BEYOND_PIXELS 14.0F
#define WITHIN        .94F /* of the region's height */

struct line_regions {
    size_t             count;
    struct line_region list[LINE_REGIONS_MOST];
};

/* One way to go over a region: how many lines, turned by how much, each the mean of how many. */
struct sweep {
    float    turn; /* radians */
    unsigned lines, beside, ways;
};

struct scan_lines {
    const struct picture *picture;
    const struct budget  *budget;
    struct profile        profile;
    struct votes          votes;
    struct zbar_lines    *zbar;
};

static void take_vote(void *context, enum symbology symbology, const char *text, size_t length)
{
    votes_add(context, symbology, text, length);
}

static struct scan_lines *scan_lines_new(const struct reading *reading, const struct picture *picture,
                                         bool ean)
{
    struct scan_lines *lines = calloc(1, sizeof *lines);

    if (!lines)
        abort();
    lines->picture = picture;
    lines->budget = reading->budget;
    lines->zbar = zbar_lines_new(take_vote, &lines->votes, ean);
    return lines;
}

static void scan_lines_free(struct scan_lines *lines)
{
    zbar_lines_free(lines->zbar);
    profile_free(&lines->profile);
    free(lines);
}

static void read_line(struct scan_lines *lines, struct profile_line *line, unsigned ways)
{
    if (!profile_clip(lines->picture, line) || !profile_take(&lines->profile, lines->picture, line))
        return;
    lines->votes.line++;
    profile_read(&lines->profile, ways, lines->zbar);
}

static void sweep_region(struct scan_lines *lines, const struct line_region *region,
                         const struct sweep *sweep)
{
    float        angle = region->angle + sweep->turn, cosine = cosf(angle), sine = sinf(angle);
    struct point centre = line_region_centre(region);
    float        half = .5F * (region->along_most - region->along_least) * BEYOND + BEYOND_PIXELS;
    float        high = .5F * (region->across_most - region->across_least) * WITHIN;
    float        step = fmaxf(2 * high / (float)sweep->lines, 1);

    line_region_corners(region, lines->votes.corners);
    for (float across = -high + step / 2; across < high && budget_left(lines->budget); across += step) {
        struct profile_line line = {.origin = {centre.x - across * sine, centre.y + across * cosine},
                                    .cosine = cosine,
                                    .sine = sine,
                                    .from = -half,
                                    .to = half,
                                    .beside = sweep->beside};

        read_line(lines, &line, sweep->ways);
    }
}

static const struct line_regions *regions_of(struct reading *reading)
{
    if (!reading->regions) {
        reading->regions = calloc(1, sizeof *reading->regions);
        if (!reading->regions)
            abort();
        reading->regions->count =
            line_regions_find(reading->picture, reading->budget, reading->regions->list);
    }
    return reading->regions;
}

static bool keep_votes(struct reading *reading, const struct scan_lines *lines)
{
    size_t before = reading->count;

    reading_keep(reading,
                 votes_take(&lines->votes, reading->codes + reading->count, reading->most - reading->count));
    return reading->count > before;
}

/* Goes over the strongest regions until enough lines agree. */
static bool sweep_regions(struct reading *reading, const struct picture *picture, size_t most,
                          const struct sweep *sweeps, size_t sweep_count, bool ean)
{
    const struct line_regions *regions = regions_of(reading);
    struct scan_lines         *lines = scan_lines_new(reading, picture, ean);
    bool                       found = false;

    for (size_t i = 0; i < regions->count && i < most && !found; i++)
        for (size_t k = 0; k < sweep_count && !found; k++) {
            sweep_region(lines, &regions->list[i], &sweeps[k]);
            found = keep_votes(reading, lines);
        }
    scan_lines_free(lines);
    return found;
}

static const struct sweep straight[] = {{0, 16, 2, PROFILE_GREY | PROFILE_MIDDLE | PROFILE_SHARP}};

void lines_read_regions(struct reading *reading)
{
    sweep_regions(reading, reading->picture, LINE_REGIONS_MOST, straight, COUNT_OF(straight), true);
}

#define ASKEW_WAYS (PROFILE_GREY | PROFILE_MIDDLE | PROFILE_SHARP | PROFILE_SHARP_GREY)

void lines_read_askew(struct reading *reading)
{
    static const struct sweep sweeps[] = {
        {0, 24, 5, PROFILE_SHARPER | PROFILE_SHARP_GREY | PROFILE_WIDE_MIDDLE | PROFILE_SHARPEST},
        {.035F, 24, 2, ASKEW_WAYS},
        {-.035F, 24, 2, ASKEW_WAYS},
        {.07F, 24, 2, ASKEW_WAYS},
        {-.07F, 24, 2, ASKEW_WAYS},
    };

    sweep_regions(reading, reading->picture, 5, sweeps, COUNT_OF(sweeps), false);
}

#define THICK_WAYS (PROFILE_MIDDLE | PROFILE_SHARP | PROFILE_SHARPER | PROFILE_SHARPEST)

void lines_read_inverted(struct reading *reading)
{
    static const struct sweep sweeps[] = {
        {0, 30, 10, THICK_WAYS},   {.02F, 30, 10, THICK_WAYS}, {-.02F, 30, 10, THICK_WAYS},
        {.05F, 30, 1, THICK_WAYS}, {-.05F, 30, 1, THICK_WAYS}, {.1F, 30, 1, THICK_WAYS},
        {-.1F, 30, 1, THICK_WAYS},
    };
    struct picture inverted;
    bool           found = false;

    if (picture_invert(reading->picture, &inverted)) {
        found = sweep_regions(reading, &inverted, 4, straight, COUNT_OF(straight), false);
        picture_free(&inverted);
    }
    if (!found)
        sweep_regions(reading, reading->picture, 4, sweeps, COUNT_OF(sweeps), false);
}

static unsigned shorter_side(const struct picture *picture)
{
    return picture->width < picture->height ? picture->width : picture->height;
}

/* Lines across the whole picture at one angle, so many pixels apart. */
static void sweep_picture(struct scan_lines *lines, float degrees, float gap, unsigned beside, unsigned ways)
{
    float cosine = cosf(degrees * DEGREE), sine = sinf(degrees * DEGREE);
    float wide = (float)lines->picture->width, high = (float)lines->picture->height;
    float reach = .5F * (fabsf(wide * sine) + fabsf(high * cosine)), half = .5F * hypotf(wide, high);

    for (float across = -reach + gap / 2; across < reach && budget_left(lines->budget); across += gap) {
        struct profile_line line = {.origin = {wide / 2 - across * sine, high / 2 + across * cosine},
                                    .cosine = cosine,
                                    .sine = sine,
                                    .from = -half,
                                    .to = half,
                                    .beside = beside};

        read_line(lines, &line, ways);
    }
}

static void whole_picture(const struct picture *picture, struct votes *votes)
{
    float wide = (float)picture->width, high = (float)picture->height;

    memcpy(votes->corners, (struct point[4]){{0, 0}, {0, high}, {wide, high}, {wide, 0}},
           sizeof votes->corners);
}

void lines_read_rows(struct reading *reading)
{
    struct scan_lines *lines = scan_lines_new(reading, reading->picture, false);
    float              gap = fmaxf((float)shorter_side(reading->picture) / 90, 2);
    unsigned           beside = gap > 4 ? 2 : 1;

    whole_picture(reading->picture, &lines->votes);
    sweep_picture(lines, 0, gap, beside, PROFILE_GREY | PROFILE_MIDDLE | PROFILE_SHARP);
    sweep_picture(lines, 90, gap, beside, PROFILE_GREY | PROFILE_MIDDLE | PROFILE_SHARP);
    keep_votes(reading, lines);
    scan_lines_free(lines);
}

void lines_read_angles(struct reading *reading)
{
    static const float degrees[] = {12, -12, 24, -24, 45, -45, 35, -35, 57, -57, 68, -68, 79, -79};
    struct scan_lines *lines = scan_lines_new(reading, reading->picture, false);
    float              gap = fmaxf((float)shorter_side(reading->picture) / 70, 2.5F);
    bool               found = false;

    whole_picture(reading->picture, &lines->votes);
    for (size_t i = 0; i < COUNT_OF(degrees) && !found; i++) {
        sweep_picture(lines, degrees[i], gap, 1, PROFILE_GREY | PROFILE_MIDDLE);
        found = keep_votes(reading, lines);
    }
    scan_lines_free(lines);
}
