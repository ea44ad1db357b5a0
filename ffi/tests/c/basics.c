/* Version, status texts and the last error before anything failed. */
#include "check.h"

int main(void)
{
    CHECK(strncmp(tl_version(), "0.", 2) == 0);
    CHECK(strcmp(tl_status_text(TL_OK), "success") == 0);
    CHECK(strcmp(tl_status_text(-999999), "unknown status") == 0);
    /* No two codes share a sentence. */
    int known = 0;
    for (int a = TL_DONE; a > -1000; a--) {
        if (strcmp(tl_status_text(a), "unknown status") == 0)
            continue;
        known++;
        for (int b = -999; b < a; b++)
            CHECK(strcmp(tl_status_text(a), tl_status_text(b)) != 0 ||
                  strcmp(tl_status_text(b), "unknown status") == 0);
    }
    CHECK(known > 25 && strcmp(tl_status_text(TL_ERR_UNDRAINED), "unknown status") != 0);
    CHECK(strcmp(tl_last_error(), "") == 0);
    return 0;
}
