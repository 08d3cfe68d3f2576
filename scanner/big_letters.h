/* big_letters.h: codes in letters that are read from two metres away: five rows of cells, three cells wide.
 */
#ifndef SCANNER_BIG_LETTERS_H
#define SCANNER_BIG_LETTERS_H

#include <stdbool.h>

#define BIG_LETTER_ROWS  5
#define BIG_LETTER_CELLS 3

/* Whether a cell of this letter is filled; letters, digits and hyphens are known, others are blank. */
bool big_letter_cell(char letter, int row, int cell);

#endif
