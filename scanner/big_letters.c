#include "big_letters.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

static const char letters[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-";

/* A row is three bits, one octal digit. */
static const char rows[][BIG_LETTER_ROWS + 1] = {
    "75557", "26227", "71747", "71717", "55711", "74717", "74757", "71222", "75757", "75717",
    "25755", "65656", "34443", "65556", "74647", "74644", "34553", "55755", "72227", "11152",
    "55655", "44447", "57755", "65555", "25552", "65644", "25563", "65655", "34216", "72222",
    "55557", "55552", "55775", "55255", "55222", "71247", "00700"};

bool big_letter_cell(char letter, int row, int cell)
{
    const char *at = letter ? strchr(letters, toupper((unsigned char)letter)) : NULL;

    if (!at || row < 0 || row >= BIG_LETTER_ROWS || cell < 0 || cell >= BIG_LETTER_CELLS)
        return false;
    return ((rows[at - letters][row] - '0') >> (BIG_LETTER_CELLS - 1 - cell) & 1) != 0;
}
