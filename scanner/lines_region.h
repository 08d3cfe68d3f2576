/* lines_region.h: where in a picture there are parallel stripes, and which way they lie. */
#ifndef SCANNER_LINES_REGION_H
#define SCANNER_LINES_REGION_H

#include "budget.h"
#include "decoded.h"
#include "picture.h"

#define LINE_REGIONS_MOST 8u

/* A rectangle turned by `angle`. "Along" is across the bars, the way a scan line goes. */
struct line_region {
    float angle;                                              /* radians, of the scan line */
    float along_least, along_most, across_least, across_most; /* pixels, in turned coordinates */
    float strength;
};

/* The strongest regions, strongest first. Returns how many; 0 also when there is no memory. */
size_t line_regions_find(const struct picture *picture, const struct budget *budget,
                         struct line_region regions[LINE_REGIONS_MOST]);

/* The middle of a region, in the picture. */
struct point line_region_centre(const struct line_region *region);
void         line_region_corners(const struct line_region *region, struct point corners[4]);

#endif
