#include "render/label_layout.h"

#include <strings.h>

/* Geometry as in LibreOffice's table of labels (labels.xml), checked by closure in the tests. */
const struct label_layout label_layouts[] = {
    {"L7160", "HERMA 4677, Avery L7060", 63.5, 38.1, 3, 7, 7.20, 15.15, 66.04, 38.10},
    {"L7163", "", 99.06, 38.1, 2, 7, 4.67, 15.15, 101.60, 38.10},
    {"L7159", "", 64.0, 33.9, 3, 8, 6.46, 13.06, 66.54, 33.86},
    {"L6009", "Avery L6113", 45.72, 21.17, 4, 12, 9.75, 21.41, 48.26, 21.17},
    {"H4345", "HERMA 4345, 4336", 35.56, 16.93, 5, 16, 11.02, 13.06, 38.10, 16.93},
    {"L7651", "", 38.1, 21.17, 5, 13, 4.67, 10.90, 40.64, 21.17},
};
const size_t label_layout_count = COUNT_OF(label_layouts);

const struct label_layout *label_layout_find(const char *name)
{
    for (size_t i = 0; i < label_layout_count; i++)
        if (strcasecmp(label_layouts[i].name, name) == 0)
            return &label_layouts[i];
    return NULL;
}
