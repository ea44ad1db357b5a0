/*
 * simulator.h - a SIMULATED telephony board, for building and testing without one
 *
 * Not the vendor's headers, and not a line of them: only the calls, types and events that center.c
 * uses, under the names, with the arguments and (unless it says otherwise) the values that the R4
 * programming interface gives them: standard runtime library, voice, Global Call, continuous speech.
 * So a program that compiles and runs with this one compiles with the vendor's. Two spans of thirty
 * lines: callers come in on dtiB1T1..30, and dtiB2T1..30 lead to agents. What a line says is an
 * audio file.
 *
 * Time is simulated: sr_waitevt moves it on, so that a minute of thirty calls takes a second.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#ifndef SIMULATOR_H
#define SIMULATOR_H

#include <stdint.h>

/* ---- the part of the interface that center.c uses ------------------------------------------------ */

/* Some releases have them as int: `make test` compiles the program that way too. */
#if defined(SIMULATED_INT_HANDLES)
typedef int LINEDEV;
typedef int CRN;
#else
typedef long LINEDEV;
typedef long CRN;
#endif

#define EV_ASYNC 0x8000
#define EV_SYNC 0
#define GC_SUCCESS 0
#define GC_NORMAL_CLEARING 0x10
/* The simulator's own values. */
#define DESTINATION_ADDRESS 1
#define ORIGINATION_ADDRESS 2
#define GCME_GC_EVENT 1

enum {
    GCEV_UNBLOCKED = 0x833, GCEV_OFFERED = 0x824, GCEV_ANSWERED = 0x802, GCEV_ALERTING = 0x821,
    GCEV_CONNECTED = 0x822, GCEV_DISCONNECTED = 0x826, GCEV_DROPCALL = 0x805,
    GCEV_RELEASECALL = 0x859, GCEV_TASKFAIL = 0x801,
    TDX_PLAY = 0x81, TDX_CST = 0x86, TDX_ERROR = 0x89,
};

#define DE_DIGITS 8
#define DM_DIGITS (1 << (DE_DIGITS - 1))

typedef struct {
    long magicno;
    unsigned long flags;
    void *evtdatap;
    long evtlen;
    long evtdev;
    long evttype;
    LINEDEV linedev;
    CRN crn;
    void *extevtdatap;
    void *usrattr;
    int cclibid;
    int rfu1;
} METAEVENT;

typedef struct dx_cst {
    unsigned short cst_event;
    unsigned short cst_data;
} DX_CST;

typedef struct sc_tsinfo {
    unsigned long sc_numts;
    long *sc_tsarrayp;
} SC_TSINFO;

#define IO_DEV 0x00
#define IO_CONT 0x01
#define IO_EOT 0x04

typedef struct {
    unsigned short io_type;
    int io_fhandle;
    unsigned long io_offset;
    long io_length;
    char *io_bufp;
} DX_IOTT;

/* What center.c leaves at NULL. */
typedef struct dv_tpt DV_TPT;
typedef struct dx_xpb DX_XPB;
typedef struct gc_start GC_START_STRUCT;
typedef struct gc_waitcall GC_WAITCALL_BLK;
typedef struct gc_makecall GC_MAKECALL_BLK;

/* The runtime library is asked for events rather than calling handlers. The simulator's own values. */
#define SRL_DEVICE 0
#define SR_MODEID 1
#define SR_POLLMODE 2

long sr_setparm(long device, long parameter, void *value);

long sr_waitevt(long timeout);
long sr_getevtdev(unsigned long handle);
long sr_getevttype(unsigned long handle);
void *sr_getevtdatap(unsigned long handle);

int gc_Start(GC_START_STRUCT *parameters);
int gc_Stop(void);
int gc_OpenEx(LINEDEV *line, char *name, int mode, void *attribute);
int gc_WaitCall(LINEDEV line, CRN *crn, GC_WAITCALL_BLK *block, int timeout, unsigned long mode);
int gc_AnswerCall(CRN crn, int rings, unsigned long mode);
int gc_MakeCall(LINEDEV line, CRN *crn, char *number, GC_MAKECALL_BLK *block, int timeout,
                unsigned long mode);
int gc_DropCall(CRN crn, int cause, unsigned long mode);
int gc_ReleaseCallEx(CRN crn, unsigned long mode);
int gc_GetMetaEvent(METAEVENT *event);
int gc_GetCallInfo(CRN crn, int what, char *value);
int gc_GetXmitSlot(LINEDEV line, SC_TSINFO *slots);
int gc_Listen(LINEDEV line, SC_TSINFO *slots, unsigned long mode);
int gc_UnListen(LINEDEV line, unsigned long mode);

int dx_open(const char *name, int flags);
int dx_setevtmsk(int voice, unsigned int mask);
int dx_fileopen(const char *name, int flags, ...);
int dx_fileclose(int file);
int dx_play(int voice, DX_IOTT *files, DV_TPT *end, unsigned short mode);
int dx_stopch(int voice, unsigned short mode);
int dx_getxmitslot(int voice, SC_TSINFO *slots);
int dx_listen(int voice, SC_TSINFO *slots);
int ec_stream(int voice, DV_TPT *end, DX_XPB *format, int (*take)(int, char *, unsigned), unsigned short mode);
int ec_stopch(int voice, unsigned long stream, unsigned short mode);
/* The simulator's own value. */
#define SENDING 1

/* ---- the simulation ---------------------------------------------------------------------------------- */

/** The simulated time, in ms since 1970. */
uint64_t simulated_ms(void);

/**
 * What the lines do: callers come `every` ms, one on each line of the first span, and say what is
 * in DIR/callerN.ul; agents answer after `ring` ms and say what is in DIR/agentN.ul. A caller
 * hangs up at its file's end.
 */
void simulate(const char *directory, unsigned every, unsigned ring);

/** Milliseconds in which the caller on line 1..30 heard somebody say a sample of this level. */
unsigned simulated_heard(int line, int level, int tolerance);

#endif
