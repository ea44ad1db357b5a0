/*
 * simulator.c - the programming interface of a SIMULATED telephony board; see simulator.h
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include "simulated.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct device devices[4 * LINES];
int device_count;
static struct event *first, **last = &first, *current;
uint64_t now_ms = 1795000000000;
unsigned ring_ms;
CRN next_crn = 1000;

uint64_t simulated_ms(void)
{
    return now_ms;
}

struct event *happen(int device, long type, CRN crn)
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
    return event;
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
    happen(index, GCEV_UNBLOCKED, 0);
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
    happen((int)(line - devices), GCEV_ANSWERED, crn);
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
    happen((int)(line - devices), GCEV_ALERTING, *crn);
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
    happen((int)(line - devices), GCEV_DROPCALL, crn);
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
    happen((int)(line - devices), GCEV_RELEASECALL, crn);
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
        happen(voice - 1, TDX_PLAY, 0);
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

/* ---- events -------------------------------------------------------------------------------------------- */

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
