#include "qr_repair.h"

#include <stdlib.h>
#include <string.h>

#include "qr_code.h"
#include "qr_content.h"
#include "qr_reed_solomon.h"

#define FORMATS 32

struct repair {
    const struct qr_reading *reading;
    struct qr_field          field;
    int                      codewords;
    uint16_t                 places[QR_CODEWORDS_MOST][8];
    uint8_t                  codeword[QR_CODEWORDS_MOST];
    double                   trust[QR_CODEWORDS_MOST];
    uint8_t                  data[QR_CODEWORDS_MOST]; /* without parity, in order */
};

struct block {                        /* one block, taken out of the interleaved codewords */
    int     index[QR_BLOCK_MOST + 1]; /* where each codeword stands */
    int     doubt[QR_BLOCK_MOST + 1]; /* positions in the block, least trusted first */
    uint8_t word[QR_BLOCK_MOST + 1];
    int     length, parity;
};

/* How well a format agrees with both of its copies, each bit by how far it is believed. */
static double format_score(const struct qr_reading *r, int format)
{
    int    bits = qr_code_format(format);
    double score = 0;

    for (int i = 0; i < 2 * QR_FORMAT_BITS; i++) {
        int  place = qr_code_format_place(r->size, i / 2, i % 2);
        bool dark = r->margin[place] > 0, wanted = bits >> (i / 2) & 1;

        score += (dark == wanted ? 1 : -1) * (r->trust[place] + .05);
    }
    return score;
}

/* The best format, and the second best where it is not far behind; -1 where it is. */
static void best_formats(const struct qr_reading *r, int best[2])
{
    double score[FORMATS];

    best[0] = 0;
    best[1] = -1;
    for (int f = 0; f < FORMATS; f++) {
        score[f] = format_score(r, f);
        if (score[f] > score[best[0]])
            best[0] = f;
    }
    for (int f = 0; f < FORMATS; f++)
        if (f != best[0] && score[f] >= .35 * score[best[0]] && (best[1] < 0 || score[f] > score[best[1]]))
            best[1] = f;
}

static void read_codewords(struct repair *repair, int mask)
{
    const struct qr_reading *r = repair->reading;

    for (int i = 0; i < repair->codewords; i++) {
        int    word = 0;
        double trust = 1e9;

        for (int b = 0; b < 8; b++) {
            int place = repair->places[i][b];

            word = word << 1 |
                   ((r->margin[place] > 0) != qr_code_masked(mask, place % r->size, place / r->size));
            trust = qr_min(trust, r->trust[place]);
        }
        repair->codeword[i] = (uint8_t)word;
        repair->trust[i] = trust;
    }
}

static void order_by_doubt(const struct repair *repair, struct block *block)
{
    for (int i = 0; i < block->length; i++) {
        int at = i;

        for (; at > 0 && repair->trust[block->index[block->doubt[at - 1]]] > repair->trust[block->index[i]];
             at--)
            block->doubt[at] = block->doubt[at - 1];
        block->doubt[at] = i;
    }
}

/* Returns how many codewords of the block are data; 0: such a block cannot be. */
static int take_block(const struct repair *repair, struct qr_blocks blocks, int number, struct block *block)
{
    int data = repair->codewords - blocks.blocks * blocks.parity, shorter = data / blocks.blocks;
    int first_long = blocks.blocks - data % blocks.blocks;
    int own = shorter + (number >= first_long);

    block->length = own + blocks.parity;
    block->parity = blocks.parity;
    if (block->length > QR_BLOCK_MOST)
        return 0;
    for (int i = 0; i < block->length; i++) {
        if (i < shorter)
            block->index[i] = i * blocks.blocks + number;
        else if (i < own)
            block->index[i] = shorter * blocks.blocks + number - first_long;
        else
            block->index[i] = data + (i - own) * blocks.blocks + number;
        block->word[i] = repair->codeword[block->index[i]];
    }
    order_by_doubt(repair, block);
    return own;
}

static bool was_erased(const struct block *block, int position, int erased)
{
    for (int i = 0; i < erased; i++)
        if (block->doubt[i] == position)
            return true;
    return false;
}

/* Codewords that turned out wrong though they were not erased. */
static int surprises(const struct block *block, const uint8_t *mended, int erased)
{
    int count = 0;

    for (int i = 0; i < block->length; i++)
        count += mended[i] != block->word[i] && !was_erased(block, i, erased);
    return count;
}

/* Erases ever more of the least trusted codewords. Some parity is always left over to tell a wrong guess by.
 */
static bool mend_block(const struct repair *repair, struct block *block)
{
    int parity = block->parity, most = parity - (parity > 16 ? 5 : parity > 10 ? 4 : 3);

    for (int erased = 0; erased <= most; erased += erased < 6 ? 1 : 2) {
        uint8_t trial[QR_BLOCK_MOST + 1];

        memcpy(trial, block->word, sizeof trial);
        if (qr_reed_solomon(&repair->field, trial, block->length, parity, block->doubt, erased) < 0)
            continue;
        if (erased > 0 && erased + 2 * surprises(block, trial, erased) > parity - 2)
            continue;
        memcpy(block->word, trial, sizeof trial);
        return true;
    }
    return false;
}

static bool mend_blocks(struct repair *repair, int format)
{
    struct qr_blocks blocks = qr_code_blocks(repair->reading->size, format);
    struct block     block = {0};
    size_t           data = 0;

    for (int number = 0; number < blocks.blocks; number++) {
        int own = take_block(repair, blocks, number, &block);

        if (own == 0 || !mend_block(repair, &block))
            return false;
        for (int i = 0; i < block.length; i++)
            repair->codeword[block.index[i]] = block.word[i];
        memcpy(repair->data + data, block.word, (size_t)own);
        data += (size_t)own;
    }
    return qr_content_plausible(repair->reading->size, repair->data, data);
}

static void write_matrix(const struct repair *repair, int format, uint8_t *matrix)
{
    const struct qr_reading *r = repair->reading;
    int                      bits = qr_code_format(format);

    for (int i = 0; i < r->size * r->size;
         i++) /* what is left over after the last codeword is light, then masked */
        matrix[i] = r->kinds[i] == QR_DARK ||
                    (r->kinds[i] == QR_DATA && qr_code_masked(format & 7, i % r->size, i / r->size));
    for (int i = 0; i < 2 * QR_FORMAT_BITS; i++)
        matrix[qr_code_format_place(r->size, i / 2, i % 2)] = bits >> (i / 2) & 1;
    for (int i = 0; i < repair->codewords; i++)
        for (int b = 0; b < 8; b++) {
            int place = repair->places[i][b];

            matrix[place] = (repair->codeword[i] >> (7 - b) & 1) !=
                            qr_code_masked(format & 7, place % r->size, place / r->size);
        }
}

bool qr_repair(const struct qr_reading *reading, uint8_t *matrix)
{
    struct repair *repair = calloc(1, sizeof *repair);
    int            formats[2];
    bool           done = false;

    if (!repair)
        return false;
    repair->reading = reading;
    qr_field_make(&repair->field);
    repair->codewords = qr_code_order(reading->size, reading->kinds, repair->places);
    best_formats(reading, formats);
    for (int i = 0; i < 2 && formats[i] >= 0 && !done; i++) {
        read_codewords(repair, formats[i] & 7);
        done = mend_blocks(repair, formats[i]);
        if (done)
            write_matrix(repair, formats[i], matrix);
    }
    free(repair);
    return done;
}
