/* A SIMULATED telephony board; see simulator.h. SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "simulator.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <trunkline.h>
#include <unistd.h>

#define LINES 30
#define FRAME 160 /* samples: 20 ms */
#define FRAME_MS 20
#define QUIET 0xFF /* µ-law */
#define HEARD_MAX 3000

enum kind { CALLER_LINE, AGENT_LINE, VOICE };
enum phase { IDLE, WAITING, RINGING, UP, HUNG_UP, DROPPED };

/* A line or a voice channel: it sends on a time slot of its own and listens to another. */
struct device {
    enum kind kind;
    int number;
    void *attribute;
    int listens; /* a device's index, or -1 */
    uint8_t sends[FRAME];
    /* Lines. */
    enum phase phase;
    CRN crn;
    uint64_t due;
    uint8_t *says;
    size_t says_len, says_at;
    int16_t heard[HEARD_MAX]; /* the mean level of each frame */
    unsigned heard_count;
    /* Voice channels. */
    int files[64];
    int file_count, file_at;
    bool playing;
    unsigned events;
    tl_dtmf *digits;
    int (*take)(int, char *, unsigned);
};

struct event {
    struct event *next;
    int device;
    long type;
    CRN crn;
    DX_CST cst;
};

static struct device devices[4 * LINES];
static int device_count;
static struct event *first, **last = &first, *current;
static uint64_t now_ms = 1795000000000;
static unsigned ring_ms;

uint64_t simulated_ms(void)
{
    return now_ms;
}

static void say(int device, long type, CRN crn)
{
    struct event *event = calloc(1, sizeof *event);

    if (!event) {
        abort();
    }
    event->device = device;
    event->type = type;
    event->crn = crn;
    *last = event;
    last = &event->next;
}

/* ---- devices ----------------------------------------------------------------------------------------- */

static int open_device(enum kind kind, int number)
{
    struct device *device = &devices[device_count];

    if (device_count == (int)(sizeof devices / sizeof *devices)) {
        return -1;
    }
    *device = (struct device){.kind = kind, .number = number, .listens = -1};
    memset(device->sends, QUIET, FRAME);
    return device_count++;
}

/* Handles are indices from 1 on, so that none is 0. */
static struct device *of(long handle)
{
    return &devices[handle - 1];
}

static struct device *of_call(CRN crn)
{
    for (int i = 0; i < device_count; i++) {
        if (devices[i].crn == crn && devices[i].kind != VOICE) {
            return &devices[i];
        }
    }
    return NULL;
}

int gc_Start(GC_START_STRUCT *parameters)
{
    (void)parameters;
    return GC_SUCCESS;
}

int gc_Stop(void)
{
    for (int i = 0; i < device_count; i++) {
        free(devices[i].says);
        tl_dtmf_free(devices[i].digits);
    }
    device_count = 0;
    for (struct event *event = first, *next; event; event = next) {
        next = event->next;
        free(event);
    }
    free(current);
    return GC_SUCCESS;
}

int gc_OpenEx(LINEDEV *line, char *name, int mode, void *attribute)
{
    int board, number;

    (void)mode;
    if (sscanf(name, ":N_dtiB%dT%d", &board, &number) != 2 || number < 1 || number > LINES) {
        return -1;
    }
    int index = open_device(board == 1 ? CALLER_LINE : AGENT_LINE, number);
    if (index < 0) {
        return -1;
    }
    devices[index].attribute = attribute;
    *line = index + 1;
    say(index, GCEV_UNBLOCKED, 0);
    return GC_SUCCESS;
}

int dx_open(const char *name, int flags)
{
    int board, number;

    (void)flags;
    if (sscanf(name, "dxxxB%dC%d", &board, &number) != 2) {
        return -1;
    }
    int index = open_device(VOICE, number);
    if (index >= 0 && tl_dtmf_new(&devices[index].digits) < 0) {
        return -1;
    }
    return index + 1;
}

static int slot_of(int index, SC_TSINFO *slots)
{
    slots->sc_numts = 1;
    slots->sc_tsarrayp[0] = index;
    return 0;
}

int gc_GetXmitSlot(LINEDEV line, SC_TSINFO *slots)
{
    return slot_of((int)line - 1, slots);
}

int dx_getxmitslot(int voice, SC_TSINFO *slots)
{
    return slot_of(voice - 1, slots);
}

int gc_Listen(LINEDEV line, SC_TSINFO *slots, unsigned long mode)
{
    (void)mode;
    of(line)->listens = (int)slots->sc_tsarrayp[0];
    return GC_SUCCESS;
}

int gc_UnListen(LINEDEV line, unsigned long mode)
{
    (void)mode;
    of(line)->listens = -1;
    return GC_SUCCESS;
}

int dx_listen(int voice, SC_TSINFO *slots)
{
    of(voice)->listens = (int)slots->sc_tsarrayp[0];
    return 0;
}

/* ---- calls --------------------------------------------------------------------------------------------- */

static CRN next_crn = 1000;

int gc_WaitCall(LINEDEV line, CRN *crn, GC_WAITCALL_BLK *block, int timeout, unsigned long mode)
{
    (void)crn, (void)block, (void)timeout, (void)mode;
    of(line)->phase = of(line)->kind == CALLER_LINE && of(line)->says ? WAITING : IDLE;
    return GC_SUCCESS;
}

int gc_AnswerCall(CRN crn, int rings, unsigned long mode)
{
    struct device *line = of_call(crn);

    (void)rings, (void)mode;
    if (!line || line->phase != RINGING) {
        return -1;
    }
    line->phase = UP;
    say((int)(line - devices), GCEV_ANSWERED, crn);
    return GC_SUCCESS;
}

int gc_MakeCall(LINEDEV handle, CRN *crn, char *number, GC_MAKECALL_BLK *block, int timeout,
                unsigned long mode)
{
    struct device *line = of(handle);

    (void)number, (void)block, (void)timeout, (void)mode;
    if (line->crn) {
        return -1;
    }
    line->crn = *crn = ++next_crn;
    line->phase = RINGING;
    line->due = now_ms + ring_ms;
    line->says_at = 0;
    say((int)(line - devices), GCEV_ALERTING, *crn);
    return GC_SUCCESS;
}

int gc_DropCall(CRN crn, int cause, unsigned long mode)
{
    struct device *line = of_call(crn);

    (void)cause, (void)mode;
    if (!line || line->phase == DROPPED) {
        return -1;
    }
    line->phase = DROPPED;
    say((int)(line - devices), GCEV_DROPCALL, crn);
    return GC_SUCCESS;
}

int gc_ReleaseCallEx(CRN crn, unsigned long mode)
{
    struct device *line = of_call(crn);

    (void)mode;
    if (!line || line->phase != DROPPED) {
        return -1;
    }
    line->phase = IDLE;
    line->crn = 0;
    line->listens = -1;
    say((int)(line - devices), GCEV_RELEASECALL, crn);
    return GC_SUCCESS;
}

int gc_GetCallInfo(CRN crn, int what, char *value)
{
    struct device *line = of_call(crn);

    if (!line) {
        return -1;
    }
    sprintf(value, what == DESTINATION_ADDRESS ? "12345" : "1380000%04d", line->number);
    return GC_SUCCESS;
}

/* ---- voice ------------------------------------------------------------------------------------------------ */

int dx_setevtmsk(int voice, unsigned int mask)
{
    of(voice)->events = mask;
    return 0;
}

int dx_fileopen(const char *name, int flags, ...)
{
    return open(name, flags);
}

int dx_fileclose(int file)
{
    return close(file);
}

int dx_play(int voice, DX_IOTT *files, DV_TPT *end, unsigned short mode)
{
    struct device *device = of(voice);

    (void)end, (void)mode;
    if (device->playing) {
        return -1;
    }
    device->file_count = device->file_at = 0;
    for (; device->file_count < 64; files++) {
        device->files[device->file_count++] = files->io_fhandle;
        lseek(files->io_fhandle, (off_t)files->io_offset, SEEK_SET);
        if (files->io_type & IO_EOT) {
            break;
        }
    }
    device->playing = true;
    return 0;
}

int dx_stopch(int voice, unsigned short mode)
{
    struct device *device = of(voice);

    (void)mode;
    if (device->playing) {
        device->playing = false;
        memset(device->sends, QUIET, FRAME);
        say(voice - 1, TDX_PLAY, 0);
    }
    return 0;
}

int ec_stream(int voice, DV_TPT *end, DX_XPB *format, int (*take)(int, char *, unsigned), unsigned short mode)
{
    (void)end, (void)format, (void)mode;
    of(voice)->take = take;
    return 0;
}

int ec_stopch(int voice, unsigned long stream, unsigned short mode)
{
    (void)stream, (void)mode;
    of(voice)->take = NULL;
    return 0;
}

/* ---- time --------------------------------------------------------------------------------------------------- */

static void speak(struct device *line, int index)
{
    size_t left = line->says_len - line->says_at, count = left < FRAME ? left : FRAME;

    memset(line->sends, QUIET, FRAME);
    memcpy(line->sends, line->says + line->says_at, count);
    line->says_at += count;
    if (line->says_at == line->says_len) {
        if (line->kind == CALLER_LINE) {
            line->phase = HUNG_UP;
            memset(line->sends, QUIET, FRAME);
            say(index, GCEV_DISCONNECTED, line->crn);
        } else {
            line->says_at = 0;
        }
    }
}

static void play(struct device *voice, int index)
{
    ssize_t got = 0;

    memset(voice->sends, QUIET, FRAME);
    while (voice->file_at < voice->file_count &&
           (got = read(voice->files[voice->file_at], voice->sends, FRAME)) <= 0) {
        voice->file_at++;
    }
    if (voice->file_at == voice->file_count) {
        voice->playing = false;
        say(index, TDX_PLAY, 0);
    }
}

static void listen(struct device *device, int index)
{
    static const uint8_t quiet[FRAME] = {[0 ... FRAME - 1] = QUIET};
    const uint8_t *codes = device->listens >= 0 ? devices[device->listens].sends : quiet;
    int16_t pcm[FRAME];
    tl_dtmf_event digit;

    if (device->kind == VOICE) {
        if (device->take && device->listens >= 0) {
            device->take(index + 1, (char *)codes, FRAME);
        }
        tl_g711_decode(TL_G711_ULAW, codes, FRAME, pcm);
        tl_dtmf_listen(device->digits, pcm, FRAME);
        while (tl_dtmf_poll(device->digits, &digit) == TL_OK) {
            if (digit.kind == TL_DTMF_DOWN && device->events & DM_DIGITS) {
                say(index, TDX_CST, 0);
                ((struct event *)((char *)last - offsetof(struct event, next)))->cst =
                    (DX_CST){DE_DIGITS, (unsigned short)digit.key};
            }
        }
    } else if (device->phase == UP && device->heard_count < HEARD_MAX) {
        long sum = 0;
        tl_g711_decode(TL_G711_ULAW, codes, FRAME, pcm);
        for (int i = 0; i < FRAME; i++) {
            sum += pcm[i];
        }
        device->heard[device->heard_count++] = (int16_t)(sum / FRAME);
    }
}

static void tick(void)
{
    now_ms += FRAME_MS;
    for (int i = 0; i < device_count; i++) {
        struct device *device = &devices[i];
        if (device->kind == VOICE) {
            if (device->playing) {
                play(device, i);
            }
        } else if (device->phase == UP && device->says) {
            speak(device, i);
        } else if (device->phase == WAITING && device->due <= now_ms) {
            device->phase = RINGING;
            device->due = UINT64_MAX; /* one call a line */
            device->crn = ++next_crn;
            device->says_at = 0;
            say(i, GCEV_OFFERED, device->crn);
        } else if (device->kind == AGENT_LINE && device->phase == RINGING && device->due <= now_ms) {
            device->phase = UP;
            say(i, GCEV_CONNECTED, device->crn);
        }
    }
    for (int i = 0; i < device_count; i++) {
        listen(&devices[i], i);
    }
}

long sr_waitevt(long timeout)
{
    uint64_t until = now_ms + (uint64_t)(timeout < 0 ? 3600000 : timeout);

    free(current);
    current = NULL;
    while (!first && now_ms < until) {
        tick();
    }
    if (!first) {
        return -1;
    }
    current = first;
    first = current->next;
    if (!first) {
        last = &first;
    }
    return current->device + 1;
}

/* There is no other mode here. */
long sr_setparm(long device, long parameter, void *value)
{
    return device == SRL_DEVICE && parameter == SR_MODEID && *(int *)value == SR_POLLMODE ? 0 : -1;
}

long sr_getevtdev(unsigned long handle)
{
    (void)handle;
    return current->device + 1;
}

long sr_getevttype(unsigned long handle)
{
    (void)handle;
    return current->type;
}

void *sr_getevtdatap(unsigned long handle)
{
    (void)handle;
    return &current->cst;
}

int gc_GetMetaEvent(METAEVENT *event)
{
    struct device *device = &devices[current->device];

    *event = (METAEVENT){.flags = current->type >= 0x800 ? GCME_GC_EVENT : 0};
    event->evtdev = current->device + 1;
    event->linedev = current->device + 1;
    event->crn = current->crn;
    event->evttype = current->type;
    event->usrattr = device->attribute;
    return GC_SUCCESS;
}

/* ---- what the lines do -------------------------------------------------------------------------------------- */

static void load(struct device *line, const char *directory)
{
    char path[300];
    struct stat about;

    snprintf(path, sizeof path, "%s/%s%d.ul", directory,
             line->kind == CALLER_LINE ? "caller" : "agent", line->number);
    int file = open(path, O_RDONLY);
    if (file >= 0 && fstat(file, &about) == 0 && about.st_size > 0 &&
        (line->says = malloc((size_t)about.st_size)) &&
        read(file, line->says, (size_t)about.st_size) == about.st_size) {
        line->says_len = (size_t)about.st_size;
    }
    if (file >= 0) {
        close(file);
    }
}

void simulate(const char *directory, unsigned every, unsigned ring)
{
    ring_ms = ring;
    for (int i = 0; i < device_count; i++) {
        if (devices[i].kind != VOICE) {
            load(&devices[i], directory);
        }
        if (devices[i].kind == CALLER_LINE) {
            devices[i].due = now_ms + (uint64_t)devices[i].number * every;
        }
    }
}

unsigned simulated_heard(int number, int level, int tolerance)
{
    unsigned frames = 0;

    for (int i = 0; i < device_count; i++) {
        const struct device *line = &devices[i];
        if (line->kind != CALLER_LINE || line->number != number) {
            continue;
        }
        for (unsigned at = 0; at < line->heard_count; at++) {
            frames += abs(line->heard[at] - level) <= tolerance;
        }
    }
    return frames * FRAME_MS;
}
