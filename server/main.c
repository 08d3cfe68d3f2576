#include <stdio.h>

int main(void)
{
    puts("spoord");
    return 0;
}
