/*
 * trunkline.h - libtrunkline: call routing, IVR and telephony media for any PBX
 *
 * Generated from the library's sources (ffi/src); do not edit by hand.
 * SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * The contract, which holds for every function below (docs/c-api.md has it with examples):
 *
 * Objects    Opaque, made by tl_X_new (memory from the allocator) or by tl_X_init in a block of
 *            the caller's own, as large as tl_X_size says and aligned to TL_ALIGN. All memory is
 *            taken there: no later call allocates, unless it says so. tl_X_free ends either kind;
 *            a caller's block is the caller's again afterwards. NULL may be freed. The allocator may
 *            be a region of the caller's, too: tl_memory_use.
 * Passive    No object owns a thread, socket, clock, file or randomness, but for those that write
 *            and read recordings. Feed it, take what it says with tl_X_poll until TL_DONE, and
 *            call again no later than tl_X_deadline.
 * Threads    One thread at a time in an object, any number of objects in any threads. A second
 *            thread gets TL_ERR_BUSY, not a crash. A const object that another is made from (a
 *            flow, a recorder) may serve any number of threads. Nothing waits, but for the disk
 *            where a function says so.
 * Errors     A negative tl_status; nothing has changed then. tl_last_error() has the sentence.
 *            A fault inside the library is caught: TL_ERR_PANIC, and that object is out of use.
 * Pointers   Borrowed for the call only, unless a function says otherwise. Wherever a pointer
 *            comes with a count, NULL is fine when the count is 0.
 * Texts      UTF-8. With a length they need no NUL; without, they end in one.
 * Structs    With a struct_size: fill in by the matching tl_X_defaults, change what you want.
 *            They grow at the end in later versions; old callers keep working. What fills one in is
 *            told how long it is for its caller, by a macro of the function's name; by who calls it
 *            through a pointer: (tl_X_defaults)(&config, sizeof config).
 * Time       tl_time is milliseconds since 1970-01-01 00:00 UTC, and handed in by the caller.
 *            Media counts samples and RTP timestamp units.
 * Builds     Define TL_BARE before including this header for the library built without an
 *            operating system: it has no tl_X_new and needs only memcpy, memmove, memset, memcmp,
 *            bcmp, strlen and abort.
 */
#ifndef TRUNKLINE_H
#define TRUNKLINE_H

#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>

#ifndef TL_BARE
#define TL_STD 1
#endif

/* An enum of fixed size in every language: before C23 its name is that integer type in C. */
#if defined(__cplusplus)
#define TL_ENUM(name, type) enum name : type
#elif __STDC_VERSION__ >= 202311L
#define TL_ENUM(name, type) enum name : type; typedef enum name name; enum name : type
#else
#define TL_ENUM(name, type) typedef type name; enum name
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ===========================================================================
 * Version and alignment
 */

/**
 * Alignment, in bytes, of every block of memory handed to a `tl_*_init`. It is what `malloc`
 * gives on 64-bit machines; a static block takes `_Alignas(TL_ALIGN)`.
 */
#define TL_ALIGN 16

/** The library's version, such as "0.1.0". The text is static. */
const char *tl_version(void);

/* ===========================================================================
 * Status codes
 *
 * Every function that can fail returns a `tl_status`: zero is success, a negative code is a
 * failure, `TL_DONE` says that there is nothing more to take. A failing call has changed nothing
 * and written nothing through its output pointers, unless it says otherwise. Codes keep their
 * number for ever; a retired number is never used again.
 */

/** What a call came to. */
TL_ENUM(tl_status, int32_t) {
    /** Done as asked. */
    TL_OK = 0,
    /** Nothing (more) to take. Not a failure. */
    TL_DONE = 1,
    /** A pointer that must not be NULL was NULL. */
    TL_ERR_NULL = -1,
    /** An argument is outside its range; the last-error text names it. */
    TL_ERR_ARGUMENT = -2,
    /**
     * A struct's `struct_size` is smaller than its first version, or larger than this library
     * knows with something set in the part it does not know.
     */
    TL_ERR_STRUCT_SIZE = -3,
    /** A block of memory is not aligned to `TL_ALIGN`, or a pointer not to its type. */
    TL_ERR_ALIGN = -4,
    /** A block of memory is smaller than the matching `tl_*_size` says. */
    TL_ERR_MEMORY = -5,
    /** The operating system gave no memory. */
    TL_ERR_NO_MEMORY = -6,
    /**
     * A fault inside the library. The object it happened in is out of use from now on, every
     * other object is not affected. Please report the last-error text.
     */
    TL_ERR_PANIC = -7,
    /** The object is out of use after an earlier `TL_ERR_PANIC`; it can only be freed. */
    TL_ERR_POISONED = -8,
    /** Another call is inside the object: two threads used it at the same time. */
    TL_ERR_BUSY = -9,
    /** The pointer is not a live object of this type. */
    TL_ERR_OBJECT = -10,
    /** A text is not UTF-8. */
    TL_ERR_UTF8 = -11,
    /** An output buffer is too small; the size it needs was stored where the function says. */
    TL_ERR_BUFFER = -12,
    /** What the object has to say must be polled first: there is no room for more. */
    TL_ERR_UNDRAINED = -13,
    /** Objects made from this one are still alive: free them first. */
    TL_ERR_IN_USE = -14,
    /** The library was built without this part; the last-error text names the feature. */
    TL_ERR_UNSUPPORTED = -15,
    /** Routing: no such queue, or it was removed. */
    TL_ERR_ACD_NO_QUEUE = -100,
    /** Routing: no such agent, or it was removed. */
    TL_ERR_ACD_NO_AGENT = -101,
    /** Routing: no such call, or it has left or was completed. */
    TL_ERR_ACD_NO_CALL = -102,
    /** Routing: no such offer, or it has ended. */
    TL_ERR_ACD_NO_OFFER = -103,
    /** Routing: no such class of calls. */
    TL_ERR_ACD_NO_CLASS = -104,
    /** Routing: no such profile of agents. */
    TL_ERR_ACD_NO_PROFILE = -105,
    /** Routing: the agent is a member of this queue already. */
    TL_ERR_ACD_ALREADY_MEMBER = -106,
    /** Routing: the agent is not a member of this queue. */
    TL_ERR_ACD_NOT_MEMBER = -107,
    /** Routing: the call is not in the state that this input is for. */
    TL_ERR_ACD_WRONG_STATE = -108,
    /** Routing: the queue still holds calls or members. */
    TL_ERR_ACD_QUEUE_IN_USE = -109,
    /** Routing: a table is full; the last-error text names it, and it is one of the limits. */
    TL_ERR_ACD_FULL = -110,
    /** Routing: the clock went back. */
    TL_ERR_ACD_TIME_BACKWARDS = -111,
    /** Routing: a configuration value is out of range or contradicts another. */
    TL_ERR_ACD_CONFIG = -112,
    /** Routing: the bytes are not a snapshot that these limits can go on from. */
    TL_ERR_ACD_SNAPSHOT = -113,
    /** Routing: the question about staffing has no answer; the last-error text says why. */
    TL_ERR_ACD_STAFFING = -114,
    /** Routing: the configuration text has errors; its messages say which and where. */
    TL_ERR_ACD_TEXT = -115,
    /** Routing: the bytes are not an event log. */
    TL_ERR_ACD_NOT_A_LOG = -116,
    /** Routing: an event log of a version that this library does not read. */
    TL_ERR_ACD_LOG_VERSION = -117,
    /** Routing: the log breaks off here; what came before is sound. */
    TL_ERR_ACD_LOG_TRUNCATED = -118,
    /** Routing: the log is damaged here; what came before is sound. */
    TL_ERR_ACD_LOG_DAMAGED = -119,
    /** Routing: the engine is not in the state in which the log has it here. */
    TL_ERR_ACD_LOG_DIVERGED = -120,
    /** Routing: no room in the log's buffer; keep what is in it and clear it. */
    TL_ERR_ACD_LOG_FULL = -121,
    /** Routing: no log is being written, or one is already. */
    TL_ERR_ACD_LOG_STATE = -122,
    /** Routing: no such contact of a campaign. */
    TL_ERR_ACD_NO_CONTACT = -123,
    /**
     * Routing: the contact must not be called now: out of hours, suspended, on the do-not-call list,
     * or no agent to spare.
     */
    TL_ERR_ACD_NOT_NOW = -124,
    /** Routing: another contact of the campaign has this number. */
    TL_ERR_ACD_TWICE = -125,
    /** Routing: the campaign has no such zone. */
    TL_ERR_ACD_NO_ZONE = -126,
    /** Routing: meant for another term of office. */
    TL_ERR_ACD_WRONG_EPOCH = -127,
    /** Routing: another queue has this tag. */
    TL_ERR_ACD_DUPLICATE_QUEUE = -128,
    /** Routing: another agent has this tag. */
    TL_ERR_ACD_DUPLICATE_AGENT = -129,
    /** Routing: no such rule, or it was removed. */
    TL_ERR_ACD_NO_RULE = -130,
    /** Routing: calls wait by the rule still. */
    TL_ERR_ACD_RULE_IN_USE = -131,
    /** Routing: refused for another reason; the last-error text says which. */
    TL_ERR_ACD = -199,
    /** Dialogue: the document has errors; its messages say which and where. */
    TL_ERR_IVR_DOCUMENT = -200,
    /** Dialogue: the bytes are not a program that this library can run. */
    TL_ERR_IVR_PROGRAM = -201,
    /** Dialogue: not a key of a telephone. */
    TL_ERR_IVR_DIGIT = -202,
    /** Dialogue: the flow has more variables than a session has room for. */
    TL_ERR_IVR_VARIABLES = -203,
    /** Dialogue: the value cannot be spoken so; the last-error text says why. */
    TL_ERR_IVR_SAY = -204,
    /** Dialogue: the bytes are no snapshot of a session on this program. */
    TL_ERR_IVR_SNAPSHOT = -205,
    /** Dialogue: the menus of another system cannot be taken over; the last-error text says why. */
    TL_ERR_IVR_IMPORT = -206,
    /** Dialogue: the session stands where the other version of the flow has no such place. */
    TL_ERR_IVR_MIGRATE = -207,
    /** Dialogue: refused for another reason; the last-error text says which. */
    TL_ERR_IVR = -299,
    /** Media: the datagram is not RTP. */
    TL_ERR_RTP_MALFORMED = -300,
    /** Media: not a sound file that this library reads or writes; the last-error text says why. */
    TL_ERR_SOUND_FILE = -301,
    /** Media: the file system said no; the last-error text has its reason. */
    TL_ERR_SOUND_IO = -302,
    /** Recording: the file system said no; the last-error text has its reason. */
    TL_ERR_RECORD_IO = -400,
    /** Recording: the file is not a `.tlr` recording. */
    TL_ERR_RECORD_NOT_TLR = -401,
    /** Recording: a later version of the format. */
    TL_ERR_RECORD_VERSION = -402,
    /** Recording: the file, or the part asked for, is damaged. */
    TL_ERR_RECORD_DAMAGED = -403,
    /** Recording: it is encrypted, and no key was given. */
    TL_ERR_RECORD_LOCKED = -404,
    /** Recording: the key or passphrase does not open it. */
    TL_ERR_RECORD_WRONG_KEY = -405,
    /** Recording: there is no such channel. */
    TL_ERR_RECORD_CHANNEL = -406,
    /** Recording: the channel is stored in another format. */
    TL_ERR_RECORD_FORMAT = -407,
    /** Recording: the channel already reaches beyond this position. */
    TL_ERR_RECORD_BACKWARDS = -408,
    /** Recording: a text or a list is longer than the format holds. */
    TL_ERR_RECORD_TOO_LONG = -409,
    /** Recording: to try the passphrase would take more than `passphrase_mib` allows. */
    TL_ERR_RECORD_TOO_COSTLY = -410,
    /** Recording: refused for another reason; the last-error text says which. */
    TL_ERR_RECORD = -499,
};

/** A short fixed English sentence for a code, or "unknown status". The text is static. */
const char *tl_status_text(int32_t status);

/* ===========================================================================
 * The last error's text
 */

/**
 * The text of the last failure on this thread: which function, and what was wrong with which
 * argument. NUL-terminated UTF-8 of at most 255 bytes; "" when nothing failed yet, and always ""
 * in a library built without an operating system.
 *
 * The pointer stays good until the thread ends; the text changes with the next failing call on
 * the same thread.
 */
const char *tl_last_error(void);

/* ===========================================================================
 * Instants and handles
 *
 * A handle is a number that names a queue, an agent, a call and so on, with a generation inside:
 * one kept too long names nothing, never somebody else. No handle is ever `TL_NONE`.
 */

/** No handle, no instant, no duration: in a 64-bit field. */
#define TL_NONE 18446744073709551615ull

/** Not set: in a 32-bit field. */
#define TL_NONE32 4294967295

/** An instant: milliseconds since 1970-01-01 00:00 UTC, leap seconds not counted. */
typedef uint64_t tl_time;

/* ===========================================================================
 * Memory
 *
 * What the library takes besides the caller's blocks (docs/c-api.md lists for what) comes from the
 * system's allocator, or from one region that is handed over before anything else: then it asks the
 * system for nothing but its threads. A library built without the feature `memory` returns
 * `TL_ERR_UNSUPPORTED` here.
 */

#if defined(TL_STD)

/** How full the region is. */
typedef struct tl_memory_stats {
    /** Its bytes; 0 when there is none, and all below is 0 then. */
    uint64_t size;
    /** Bytes in use, with what it takes to keep them: 16 to 47 for each block. */
    uint64_t used;
    /** The most that ever were in use. */
    uint64_t peak;
    /** Blocks in use. */
    uint64_t blocks;
    /**
     * Blocks for which there was no room, so that they came from the system: of a region that is
     * large enough, 0.
     */
    uint64_t overflows;
    /** Their bytes. */
    uint64_t overflowed;
    /** For later versions; 0. */
    uint64_t reserved[2];
} tl_memory_stats;

/**
 * Hands over a region of `size` bytes, aligned to `TL_ALIGN`: from now on everything that the library
 * would take from the allocator comes from there, in all threads, what `tl_X_new` makes included.
 * Taking and giving back cost constant time. The region is touched by nobody else and stays where it is
 * until `tl_memory_end`, or until the library is unloaded. What was taken before stays with the system:
 * call this first.
 *
 * When the region is full the system is asked after all, and `tl_memory_get_stats` counts it. Should
 * that have no memory either, `tl_X_new` returns `TL_ERR_NO_MEMORY`; anywhere else the process is
 * aborted, as it is without a region.
 *
 * `TL_ERR_IN_USE`: there is a region already. `TL_ERR_MEMORY`: too small to be one.
 * `TL_ERR_ARGUMENT`: longer than any memory is.
 */
tl_status tl_memory_use(void *memory,
                        size_t size);

/** Stores how full the region is. */
tl_status tl_memory_get_stats(struct tl_memory_stats *stats);

/**
 * Gives the region back to the caller: the system's allocator serves again, and another region may be
 * handed over. `TL_ERR_IN_USE` while anything lies in it: an object that is not freed, or what a
 * `TL_ERR_PANIC` left behind. `TL_ERR_ARGUMENT`: there is none.
 */
tl_status tl_memory_end(void);

#endif

/* ===========================================================================
 * Routing: limits
 *
 * Every struct of this part is filled in by its `_defaults` function; change what differs. Times are
 * in milliseconds, `TL_NONE32` and `TL_NONE` in a field mean "not set" where the field says so.
 */

/**
 * How much an engine can hold: its whole memory is taken from this, once. A field that is 0 is
 * chosen from the others where it says so.
 */
typedef struct tl_acd_limits {
    /** Set by `tl_acd_limits_defaults`. */
    uint32_t struct_size;
    /** Queues. Default: 16. */
    uint32_t queues;
    /** Agents. Default: 64. */
    uint32_t agents;
    /** Memberships of agents in queues. 0: two an agent. */
    uint32_t memberships;
    /** Calls, waiting and talking. Default: 256. */
    uint32_t calls;
    /** Offers: ringing, connected, in wrap-up or remembered for `retry_ms`. 0: from the others. */
    uint32_t offers;
    /**
     * Different queue, class, penalty window and rule that calls wait with, now or by their steps. 0:
     * from the others.
     */
    uint32_t lines;
    /** Different queue and profile of its members. 0: from the others. */
    uint32_t pools;
    /** Classes of calls, at most 65,535, class 0 included. Default: 1. */
    uint32_t classes;
    /** Profiles of agents, at most 65,535, profile 0 included. Default: 1. */
    uint32_t profiles;
    /** Skills in all classes and profiles. 0: four for each. */
    uint32_t skills;
    /** Phones that ring for one call at the same time, at most 65,535. Default: 16. */
    uint32_t ring_max;
    /** Outputs that wait to be polled. 0: enough. */
    uint32_t outputs;
    /** Steps of relaxation of all queues and rules. Default: 0. */
    uint32_t steps;
    /** Callers who gave up and whose age is kept for when they call back. Default: 0. */
    uint32_t ghosts;
    /** Rules that calls may bring along, at most 65,535. Default: 0. */
    uint32_t rules;
} tl_acd_limits;

/** Fills in the default limits. */
tl_status tl_acd_limits_defaults(struct tl_acd_limits *limits, size_t struct_size);
#define tl_acd_limits_defaults(limits) \
    (tl_acd_limits_defaults)((limits), sizeof *(limits))

/* ===========================================================================
 * Routing: who gets the call
 */

/** Who gets the call. Lower penalty goes first always, then lower level; inside that: */
TL_ENUM(tl_acd_strategy, uint32_t) {
    /** The agent that has been available longest. */
    TL_ACD_LONGEST_IDLE = 0,
    /** All free agents ring; the first to accept gets the call. */
    TL_ACD_RING_ALL = 1,
    /** The agent that has answered the fewest calls of this queue. */
    TL_ACD_FEWEST_CALLS = 2,
    /** The agent that has talked least. */
    TL_ACD_LEAST_TALK = 3,
    /** The agent that was busy for the smallest share of its time. */
    TL_ACD_LEAST_OCCUPIED = 4,
    /** The next one behind the agent offered to last, in the order in which they joined. */
    TL_ACD_ROUND_ROBIN = 5,
    /** As round robin, by the membership's position. */
    TL_ACD_ROUND_ROBIN_ORDERED = 6,
    /** From the first position down; a call goes on behind the agent it was offered to last. */
    TL_ACD_LINEAR = 7,
    /** Any, each equally likely. */
    TL_ACD_RANDOM = 8,
    /** Any; a member of penalty p is that much less likely. */
    TL_ACD_WEIGHTED_RANDOM = 9,
    /** The agent with the most skill in what the call asks for, then the longest available. */
    TL_ACD_SKILL_LEVEL = 10,
    /** One phone by position, and one more every `progressive_ms` unanswered. */
    TL_ACD_RING_PROGRESSIVE = 11,
    /** The `custom_` fields say it. */
    TL_ACD_CUSTOM = 12,
    /** Asterisk's app_queue: `ringall`. These eight reproduce it, its ties included. */
    TL_ACD_ASTERISK_RINGALL = 100,
    /** `leastrecent`. */
    TL_ACD_ASTERISK_LEASTRECENT = 101,
    /** `fewestcalls`. */
    TL_ACD_ASTERISK_FEWESTCALLS = 102,
    /** `random`. */
    TL_ACD_ASTERISK_RANDOM = 103,
    /** `wrandom`. */
    TL_ACD_ASTERISK_WRANDOM = 104,
    /** `rrmemory`. */
    TL_ACD_ASTERISK_RRMEMORY = 105,
    /** `rrordered`. */
    TL_ACD_ASTERISK_RRORDERED = 106,
    /** `linear`. */
    TL_ACD_ASTERISK_LINEAR = 107,
    /**
     * FreeSWITCH's mod_callcenter: `longest-idle-agent`. Its tiers are a membership's level and
     * position, here and below; leave the penalty at 0.
     */
    TL_ACD_CALLCENTER_LONGEST_IDLE_AGENT = 200,
    /** `agent-with-least-talk-time`. */
    TL_ACD_CALLCENTER_LEAST_TALK_TIME = 201,
    /** `agent-with-fewest-calls`. */
    TL_ACD_CALLCENTER_FEWEST_CALLS = 202,
    /** `sequentially-by-agent-order`. */
    TL_ACD_CALLCENTER_SEQUENTIALLY = 203,
    /** `random`. */
    TL_ACD_CALLCENTER_RANDOM = 204,
    /** `round-robin`. */
    TL_ACD_CALLCENTER_ROUND_ROBIN = 205,
    /** `top-down`. */
    TL_ACD_CALLCENTER_TOP_DOWN = 206,
    /** `ring-all`. */
    TL_ACD_CALLCENTER_RING_ALL = 207,
    /** `ring-progressively`. */
    TL_ACD_CALLCENTER_RING_PROGRESSIVELY = 208,
};

/** One term of a custom strategy: the agent with the smaller value goes first. */
TL_ENUM(tl_acd_term, uint32_t) {
    /** Says nothing. */
    TL_ACD_BY_NOTHING = 0,
    /** Since when it has been available. */
    TL_ACD_BY_IDLE_SINCE = 1,
    /** Calls of this queue it has answered. */
    TL_ACD_BY_CALLS = 2,
    /** Calls of all its queues it has answered. */
    TL_ACD_BY_ALL_CALLS = 3,
    /** Time it has talked. */
    TL_ACD_BY_TALK_TIME = 4,
    /** Share of its time it was busy. */
    TL_ACD_BY_OCCUPANCY = 5,
    /** The membership's position. */
    TL_ACD_BY_POSITION = 6,
    /** The order of joining the queue. */
    TL_ACD_BY_JOINED = 7,
    /** When it was last offered a call. */
    TL_ACD_BY_LAST_OFFERED = 8,
    /** When its last conversation ended; never is first. */
    TL_ACD_BY_LAST_END = 9,
    /** The same of this queue's conversations, in whole seconds. */
    TL_ACD_BY_LAST_END_SECOND = 10,
    /** Conversations of this queue it has ended. */
    TL_ACD_BY_ENDED = 11,
    /** Time it has talked since it last became available. */
    TL_ACD_BY_TALK_SINCE_READY = 12,
    /** Calls it has answered since it last became available. */
    TL_ACD_BY_CALLS_SINCE_READY = 13,
    /** The membership's position alone, so that equal positions tie. */
    TL_ACD_BY_PLAIN_POSITION = 14,
    /** The last by position, then by joining, first: how a tie ends in Asterisk. */
    TL_ACD_BY_LAST_WALKED = 15,
};

/** Where the search of a custom strategy starts. */
TL_ENUM(tl_acd_start, uint32_t) {
    /** At the first. */
    TL_ACD_START_FIRST = 0,
    /**
     * Behind the member the queue offered to last. The first term must be the order of joining
     * or the position.
     */
    TL_ACD_START_AFTER_QUEUE_LAST = 1,
    /** Behind the member this call was offered to last. The first term as above. */
    TL_ACD_START_AFTER_CALL_LAST = 2,
    /** At a random one. */
    TL_ACD_START_RANDOM = 3,
    /** At a random one; penalties are weights. */
    TL_ACD_START_WEIGHTED_RANDOM = 4,
    /**
     * On the level of the member the queue offered to last, behind its position (mod_callcenter's
     * `round-robin`). The first term must be the plain position.
     */
    TL_ACD_START_LEVEL_OF_QUEUE_LAST = 5,
    /**
     * On the level of the member this call was offered to last, behind its position, then on higher
     * levels (mod_callcenter's `top-down`). The first term as above.
     */
    TL_ACD_START_DOWN_FROM_CALL_LAST = 6,
};

/** How many phones ring in a custom strategy. */
TL_ENUM(tl_acd_ring, uint32_t) {
    /** One at a time. */
    TL_ACD_RING_ONE = 0,
    /** All of the lowest penalty and level, up to `ring_max`. */
    TL_ACD_RING_EVERY = 1,
    /** One, and one more every `progressive_ms`. */
    TL_ACD_RING_ONE_MORE = 2,
    /** All of all penalties and levels, up to `ring_max`. */
    TL_ACD_RING_EVERYBODY = 3,
};

/**
 * Which call an agent of several queues gets. Calls that wait for this very agent go first, then
 * queues of higher weight, then calls of higher priority; among those left this decides between
 * the queues. Inside one queue it is always the longest waiting.
 */
TL_ENUM(tl_acd_call_order, uint32_t) {
    /** The call that has waited longest. */
    TL_ACD_LONGEST_WAITING = 0,
    /** The call whose target runs out first: arrival plus the queue's `target_ms`. */
    TL_ACD_DEADLINE = 1,
    /** From the queue that is longest for its `share`. */
    TL_ACD_QUEUE_RATIO = 2,
    /** The call that has used up most of its target. */
    TL_ACD_WAIT_RATIO = 3,
    /**
     * From the queue whose first call that waits and does not ring has waited longest; priorities
     * decide inside a queue only.
     */
    TL_ACD_OLDEST_HEAD = 4,
};

/**
 * Stores the bucket of app_queue's table of members that an interface such as `PJSIP/1001`, with a NUL,
 * falls into, 0 to 36. Asterisk walks the table bucket by bucket, and inside one in the order of adding:
 * as positions, the buckets give its order to the strategies `TL_ACD_ASTERISK_`.
 */
tl_status tl_acd_asterisk_bucket(const char *interface,
                                 uint32_t *bucket);

/* ===========================================================================
 * Routing: queues
 */

/** The kind of contact. */
TL_ENUM(tl_acd_medium, uint32_t) {
    /** Telephone calls. */
    TL_ACD_VOICE = 0,
    /** Text chats. */
    TL_ACD_CHAT = 1,
    /** Mails and letters. */
    TL_ACD_MAIL = 2,
    /** Anything else. */
    TL_ACD_OTHER = 3,
};

/** When a queue counts as empty of agents. */
TL_ENUM(tl_acd_empty, uint32_t) {
    /** Never: calls wait for agents to come. */
    TL_ACD_EMPTY_NEVER = 0,
    /** When no member is logged in. */
    TL_ACD_EMPTY_LOGGED_OUT = 1,
    /** When all members are logged out or not ready. */
    TL_ACD_EMPTY_NOT_READY = 2,
    /** When no member is free right now. */
    TL_ACD_EMPTY_NONE_FREE = 3,
};

/** Which calls a service level counts, and out of which. */
TL_ENUM(tl_acd_level, uint32_t) {
    /** Answered in time, of the answered. */
    TL_ACD_LEVEL_OF_ANSWERED = 0,
    /** Answered or abandoned in time, of the answered and abandoned. */
    TL_ACD_LEVEL_OF_ANSWERED_AND_ABANDONED = 1,
    /** Answered in time, of all that were offered. */
    TL_ACD_LEVEL_OF_OFFERED = 2,
    /** The same, without those who hung up almost at once. */
    TL_ACD_LEVEL_OF_OFFERED_BUT_SHORT = 3,
};

/** How a queue works. */
typedef struct tl_acd_queue_config {
    /** Set by `tl_acd_queue_defaults`. */
    uint32_t struct_size;
    /** A `tl_acd_strategy`. Default: longest idle. */
    uint32_t strategy;
    /** Your own name for the queue. No two queues have the same, but for 0, which is no name. */
    uint64_t tag;
    /** A `tl_acd_medium`. Default: voice. */
    uint32_t medium;
    /** How long a phone rings. Default: 15,000. */
    uint32_t ring_timeout_ms;
    /**
     * The same agent is not offered the same call again for so long after it missed it; 1 or
     * more. Default: 5,000.
     */
    uint32_t retry_ms;
    /** Time for paperwork after a call, unless the member or agent has its own. Default: 0. */
    uint32_t wrap_up_ms;
    /** A call leaves after so long. Default: `TL_NONE`. */
    uint64_t max_wait_ms;
    /** It goes to this queue then, its age kept. Default: `TL_NONE`, out with a timeout. */
    uint64_t overflow_queue;
    /** Answered within so long counts as in service level. Default: 20,000. */
    uint64_t service_level_ms;
    /** The first position announcement comes after so long. Default: `TL_NONE`. */
    uint64_t announce_first_ms;
    /** Further announcements come so often; 1 or more. Default: `TL_NONE`. */
    uint64_t announce_every_ms;
    /**
     * It goes to this target of yours then, at most 65,535: voicemail, a callback, another site.
     * Default: `TL_NONE32`.
     */
    uint32_t overflow_target;
    /**
     * A caller who gave up and calls again within so long has the age it had; needs
     * `tl_acd_call.caller` and `tl_acd_limits.ghosts`. Default: `TL_NONE32`.
     */
    uint32_t resume_within_ms;
    /** At most so many calls wait; further ones are refused. Default: `TL_NONE32`. */
    uint32_t max_waiting;
    /**
     * An agent of several queues serves the queue of the highest weight first, at most 65,535.
     * Strictly so: a queue of lower weight can starve. Default: 0.
     */
    uint32_t weight;
    /**
     * After so many offers missed in a row, 1 to 65,534, the agent is set not ready with reason
     * 65,535. Default: `TL_NONE32`.
     */
    uint32_t missed_limit;
    /**
     * One step of priority is worth so much waiting. Default: `TL_NONE32`, higher priority always
     * first.
     */
    uint32_t aging_ms;
    /** A `tl_acd_empty`: refuse calls then. Default: never. */
    uint32_t join_empty;
    /** A `tl_acd_empty`: calls leave then. Default: never. */
    uint32_t leave_empty;
    /** For how long an agent is left alone after its phone was busy. Default: 0. */
    uint32_t busy_delay_ms;
    /** ... after it declined. Default: 0. */
    uint32_t declined_delay_ms;
    /** ... after its phone could not be reached or set up. Default: 0. */
    uint32_t failed_delay_ms;
    /** ... after nobody answered. Default: 0. */
    uint32_t no_answer_delay_ms;
    /** How often one more phone rings, where phones ring progressively. Default: 10,000. */
    uint32_t progressive_ms;
    /** Custom strategy: a `tl_acd_term`. */
    uint32_t custom_term;
    /** Custom strategy: the `tl_acd_term` that decides when the first one does not. */
    uint32_t custom_second_term;
    /** Custom strategy: a `tl_acd_start`. */
    uint32_t custom_start;
    /** Custom strategy: a `tl_acd_ring`. */
    uint32_t custom_ring;
    /** Custom strategy: 1 if more skill in what the call asks for goes before the terms. */
    uint32_t custom_best_skill;
    /**
     * Calls should be answered within so long, 1 or more, where `tl_acd_set_call_order` goes by
     * targets. Default: `TL_NONE`, `service_level_ms`.
     */
    uint64_t target_ms;
    /**
     * How long this queue may be beside others, where `tl_acd_set_call_order` goes by ratios; 1 or
     * more. Default: 1.
     */
    uint32_t share;
    /** Calls leave by `leave_empty` when it has held for so long. Default: 0, at once. */
    uint32_t leave_empty_after_ms;
    /** A call that joins while it holds stays for so long at least. Default: 0. */
    uint32_t leave_empty_stay_ms;
    /**
     * Custom strategy: 1 if a search that goes round starts next at the best member that was not
     * tried, as Asterisk's does. Default: 0, behind the member offered to.
     */
    uint32_t custom_to_untried;
    /**
     * 1: paperwork keeps the agent from the calls of all its queues, and is a state of its own. 0:
     * from this queue's calls only. Default: 1.
     */
    uint32_t wrap_up_shared;
    /**
     * How long a call waits in the queue before members of higher levels may have it; level 0 is
     * there at once. Default: `TL_NONE32`, not at all, and the next two count for nothing.
     */
    uint32_t tier_wait_ms;
    /** 1: that much more for each level, level 3 after three times as long. Default: 0. */
    uint32_t tier_by_level;
    /** 1: the lowest level that anybody is logged in on is there at once. Default: 0. */
    uint32_t tier_skip_empty;
    /** A `tl_acd_level`: what `tl_acd_get_service_level` counts. Default: of the answered. */
    uint32_t service_level;
    /** A call abandoned before so long counts as abandoned almost at once. Default: 5,000. */
    uint32_t short_ms;
    /**
     * 1: the first call of the queue alone is offered to agents, the next when that one has been
     * answered or has left. Default: 0.
     */
    uint32_t head_only;
    /** 0. */
    uint32_t reserved;
} tl_acd_queue_config;

/**
 * A step of relaxation: after so long in the queue a call asks for less, or of more agents. The highest
 * penalty changes first; the lowest and what others count as are never above it then.
 */
typedef struct tl_acd_relax_step {
    /**
     * So long after the call joined the queue, at that very instant. No step is earlier than the one
     * before; one at the same instant goes on from what that one came to.
     */
    uint64_t after_ms;
    /** It asks for this class from then on; `TL_NONE32` leaves it. */
    uint32_t call_class;
    /** Only members of at least this penalty; `TL_NONE32` leaves it. */
    uint32_t penalty_min;
    /** Only members of at most this penalty; `TL_NONE32` leaves it. */
    uint32_t penalty_max;
    /** It asks for so much less of each skill; at most 255. */
    uint32_t levels_less;
    /** Members of a lower penalty count as members of this one; `TL_NONE32` leaves it. */
    uint32_t penalty_raise;
    /**
     * 1: of those below the lowest penalty it may go to none is raised (Asterisk's `rN`). Counts where
     * `penalty_raise` says something, or `penalty_raise_within_alone` is 1.
     */
    uint32_t penalty_raise_within;
    /** So much more than `penalty_min`, or than what it was; 0 at least. */
    int32_t penalty_min_by;
    /** So much more than `penalty_max`, or than what it was; no bound stays none. */
    int32_t penalty_max_by;
    /** So much more than `penalty_raise`, or than what it was. */
    int32_t penalty_raise_by;
    /** 1: `penalty_raise_within` counts, whatever `penalty_raise` says. */
    uint32_t penalty_raise_within_alone;
} tl_acd_relax_step;

/** Fills in the default queue. */
tl_status tl_acd_queue_defaults(struct tl_acd_queue_config *config, size_t struct_size);
#define tl_acd_queue_defaults(config) \
    (tl_acd_queue_defaults)((config), sizeof *(config))

/* ===========================================================================
 * Routing: agents and their places in queues
 */

/** An agent to be added. */
typedef struct tl_acd_agent_config {
    /** Set by `tl_acd_agent_defaults`. */
    uint32_t struct_size;
    /** What the agent can do: from `tl_acd_add_profile`, or 0 for no special skills. */
    uint32_t profile;
    /**
     * Your own name for the agent; comes back in every output about it. No two agents have the same,
     * but for 0, which is no name.
     */
    uint64_t tag;
    /** Time for paperwork after a call instead of the queue's. Default: `TL_NONE32`. */
    uint32_t wrap_up_ms;
    /**
     * How many contacts of each `tl_acd_medium` at a time. Default: 1 call, 4 chats, 10 mails,
     * 1 other.
     */
    uint8_t units[4];
    /**
     * For each medium the set of media (1 << medium) that keep it out while the agent handles
     * any of them. Default: a call keeps out everything else.
     */
    uint8_t blocked_by[4];
    /** Must be 0. */
    uint32_t reserved;
} tl_acd_agent_config;

/** An agent's place in a queue. */
typedef struct tl_acd_membership {
    /** Set by `tl_acd_membership_defaults`. */
    uint32_t struct_size;
    /** Agents of a lower penalty are offered calls first, always. Default: 0. */
    uint32_t penalty;
    /**
     * Among equal penalty, agents of a lower level are offered calls first, always; at most
     * 65,535. Default: 0.
     */
    uint32_t level;
    /** The place in the order of strategies that go by position. Default: 0. */
    uint32_t position;
    /** Time for paperwork after a call of this queue. Default: `TL_NONE32`. */
    uint32_t wrap_up_ms;
    /**
     * Paused in this queue from the start, for a reason of your own list, at most 65,534; looked
     * at by `tl_acd_join_queue` only, afterwards it is `tl_acd_set_pause` that counts. Default:
     * `TL_NONE32`.
     */
    uint32_t paused;
} tl_acd_membership;

/** One skill at one level: in a class the least level asked for, in a profile the level had. */
typedef struct tl_acd_skill {
    /** Which skill; the numbers are yours. */
    uint16_t skill;
    /** How much of it: 5 is better than 1. */
    uint8_t level;
    /** Must be 0. */
    uint8_t reserved;
} tl_acd_skill;

/** Fills in the default agent. */
tl_status tl_acd_agent_defaults(struct tl_acd_agent_config *config, size_t struct_size);
#define tl_acd_agent_defaults(config) \
    (tl_acd_agent_defaults)((config), sizeof *(config))

/** Fills in the default membership. */
tl_status tl_acd_membership_defaults(struct tl_acd_membership *config, size_t struct_size);
#define tl_acd_membership_defaults(config) \
    (tl_acd_membership_defaults)((config), sizeof *(config))

/* ===========================================================================
 * Routing: calls
 */

/** A call that asks to join a queue. */
typedef struct tl_acd_call {
    /** Set by `tl_acd_call_defaults`. */
    uint32_t struct_size;
    /** Higher goes first. Default: 0. */
    int32_t priority;
    /** Your own name for the call; comes back in every output about it. */
    uint64_t tag;
    /** Where it wants to wait. */
    uint64_t queue;
    /** Offered to this agent first when it is free. Default: `TL_NONE`. */
    uint64_t preferred_agent;
    /** Counts as having waited for so long already. Default: 0. */
    uint64_t credit_ms;
    /** Leaves after so long instead of the queue's longest wait. Default: `TL_NONE`. */
    uint64_t max_wait_ms;
    /**
     * Who calls, by any number of yours, for callers who give up and come back. Default:
     * `TL_NONE`.
     */
    uint64_t caller;
    /** Waits for the preferred agent alone for so long. Default: 0. */
    uint32_t preferred_wait_ms;
    /** What it asks of the agent: from `tl_acd_add_class`, or 0 for nothing. */
    uint32_t call_class;
    /**
     * Wants this place in the queue, 1 for the first; higher priorities stay ahead. Default:
     * `TL_NONE32`.
     */
    uint32_t position;
    /**
     * Only members of at least this penalty; none while it, or `penalty_raise`, is above
     * `penalty_max`. Default: 0.
     */
    uint32_t penalty_min;
    /** Only members of at most this penalty. Default: `TL_NONE32`. */
    uint32_t penalty_max;
    /** Members of a lower penalty count as members of this one. Default: 0. */
    uint32_t penalty_raise;
    /**
     * 1: of those below `penalty_min` none is raised (Asterisk's `rN`). 0: they come in when
     * `penalty_raise` is in the window. Default: 0.
     */
    uint32_t penalty_raise_within;
    /** Must be 0. */
    uint32_t reserved;
    /**
     * It relaxes by this rule (`tl_acd_add_rule`), in whatever queue it waits. Default: `TL_NONE`, by
     * the steps of its queue.
     */
    uint64_t rule;
} tl_acd_call;

/** Fills in the default call; its queue is still to be set. */
tl_status tl_acd_call_defaults(struct tl_acd_call *call, size_t struct_size);
#define tl_acd_call_defaults(call) \
    (tl_acd_call_defaults)((call), sizeof *(call))

/* ===========================================================================
 * Routing: what the engine says
 *
 * `tl_acd_poll` gives one output at a time, in the order in which they came about. Handles in it
 * may be stale by the time it is read; the tags say who was meant.
 */

/**
 * What an output is about, and which fields of `tl_acd_output` it fills in besides `kind` and
 * `at`.
 */
TL_ENUM(tl_acd_output_kind, uint32_t) {
    /** A kind newer than this header: skip it. */
    TL_ACD_UNKNOWN = 0,
    /** A call waits: call, call_tag, queue, position, estimate_ms. The call's handle from now on. */
    TL_ACD_JOINED = 1,
    /** A call was not let in: call_tag, queue, reason (`tl_acd_refuse`). There is no handle. */
    TL_ACD_REFUSED = 2,
    /** Ring this agent's phone for this call: offer, call, agent, both tags, queue, until. */
    TL_ACD_OFFER = 3,
    /**
     * An offer is over; unless it was accepted the phone must not ring any more: offer, call,
     * agent, both tags, reason (`tl_acd_offer_end`), detail (`tl_acd_cause` of a rejected one),
     * rang_ms.
     */
    TL_ACD_OFFER_ENDED = 4,
    /** Connect the call with the agent: call, agent, offer, both tags, queue, waited_ms. */
    TL_ACD_CONNECTED = 5,
    /** Time to tell the caller its place: call, call_tag, position, estimate_ms. */
    TL_ACD_ANNOUNCE = 6,
    /**
     * A call is no longer waiting and no agent has it: call (stale), call_tag, queue, reason
     * (`tl_acd_leave`), detail (the key of an exit), position, waited_ms.
     */
    TL_ACD_LEFT = 7,
    /**
     * A conversation is over: call (stale), agent, both tags, queue, reason (`tl_acd_ended_by`),
     * waited_ms, talked_ms.
     */
    TL_ACD_COMPLETED = 8,
    /**
     * An agent's state has changed: agent, agent_tag, reason (`tl_acd_agent_state`), detail (the
     * reason of not ready).
     */
    TL_ACD_AGENT_CHANGED = 9,
    /** A call waits in another queue now: call, call_tag, from_queue, queue, position. */
    TL_ACD_MOVED = 10,
    /**
     * Why the offer just made was made, when `tl_acd_set_choices` asked for it: offer, call, agent,
     * reason (`tl_acd_agent_reason`), detail (`tl_acd_call_reason`), next_agent and next_call (who
     * would have been otherwise), free, waiting.
     */
    TL_ACD_CHOSEN = 11,
    /**
     * A waiting call has another priority, by `tl_acd_set_priority`: call, call_tag, queue,
     * from_priority, priority, position. Aging alone is no change.
     */
    TL_ACD_PRIORITY_CHANGED = 12,
    /**
     * An agent is paused in one of its queues, or no longer, by `tl_acd_set_pause`: agent,
     * agent_tag, queue, reason (your own, of the pause; `TL_NONE32`: it is paused no longer), detail
     * (the reason before; `TL_NONE32`: it was not paused).
     */
    TL_ACD_PAUSE_CHANGED = 13,
};

/** Why a call was not let in. */
TL_ENUM(tl_acd_refuse, uint32_t) {
    /** The queue holds its `max_waiting`. */
    TL_ACD_REFUSED_FULL = 1,
    /** The queue's `join_empty` rule holds. */
    TL_ACD_REFUSED_EMPTY = 2,
};

/** Why a call left without having been answered. */
TL_ENUM(tl_acd_leave, uint32_t) {
    /** It waited as long as it may. */
    TL_ACD_LEFT_TIMEOUT = 1,
    /** The caller hung up. */
    TL_ACD_LEFT_ABANDONED = 2,
    /** `tl_acd_exit`; the key is in `detail`. */
    TL_ACD_LEFT_EXIT = 3,
    /** The queue's `leave_empty` rule holds. */
    TL_ACD_LEFT_EMPTY = 4,
    /** It waited as long as it may; the queue's `overflow_target` is in `detail`. */
    TL_ACD_LEFT_OVERFLOW = 5,
};

/** How an offer ended. Every offer ends exactly once. */
TL_ENUM(tl_acd_offer_end, uint32_t) {
    /** The agent has the call. */
    TL_ACD_OFFER_ACCEPTED = 1,
    /** The phone turned it down; the `tl_acd_cause` is in `detail`. */
    TL_ACD_OFFER_REJECTED = 2,
    /** Nobody answered in time: stop the phone. */
    TL_ACD_OFFER_TIMED_OUT = 3,
    /** The call went away: stop the phone. */
    TL_ACD_OFFER_CANCELLED = 4,
    /** Another agent was faster: stop the phone. */
    TL_ACD_OFFER_LOST = 5,
    /** The agent logged out or left the queue: stop the phone. */
    TL_ACD_OFFER_AGENT_GONE = 6,
};

/** Why an agent's phone turned a call down. */
TL_ENUM(tl_acd_cause, uint32_t) {
    /** The phone was busy. */
    TL_ACD_CAUSE_BUSY = 1,
    /** The agent declined. */
    TL_ACD_CAUSE_DECLINED = 2,
    /** The phone is not registered or does not answer signalling. */
    TL_ACD_CAUSE_UNREACHABLE = 3,
    /** Setting up the call failed some other way. */
    TL_ACD_CAUSE_FAILED = 4,
};

/** Who ended a conversation. */
TL_ENUM(tl_acd_ended_by, uint32_t) {
    /** The caller hung up. */
    TL_ACD_BY_CALLER = 1,
    /** The agent hung up. */
    TL_ACD_BY_AGENT = 2,
    /** The agent passed the call on. */
    TL_ACD_BY_TRANSFER = 3,
};

/** What an agent is. */
TL_ENUM(tl_acd_agent_state, uint32_t) {
    /** Away. */
    TL_ACD_LOGGED_OUT = 1,
    /** Ready for a call. */
    TL_ACD_AVAILABLE = 2,
    /** At work, but not taking calls; the reason is in `detail`. */
    TL_ACD_NOT_READY = 3,
    /** A call is being offered. */
    TL_ACD_RINGING = 4,
    /** Handling a call, or several chats. */
    TL_ACD_TALKING = 5,
    /** Doing the paperwork of the last call. */
    TL_ACD_WRAP_UP = 6,
};

/**
 * One thing to do or to know. A handle that the kind does not fill in is `TL_NONE`, any other
 * such field 0.
 */
typedef struct tl_acd_output {
    /** A `tl_acd_output_kind`. */
    uint32_t kind;
    /** A value of the enum that the kind names. */
    uint32_t reason;
    /** More about the reason, where the kind says so. */
    uint32_t detail;
    /** The call's place in the queue, 1 for the first. */
    uint32_t position;
    /** When it came about. */
    tl_time at;
    /** The call. */
    uint64_t call;
    /** The agent. */
    uint64_t agent;
    /** The offer. */
    uint64_t offer;
    /** The queue. */
    uint64_t queue;
    /** The queue it came from. */
    uint64_t from_queue;
    /** The call's tag. */
    uint64_t call_tag;
    /** The agent's tag. */
    uint64_t agent_tag;
    /** When an offer times out. */
    tl_time until;
    /** How long the call waited, ringing included. */
    uint64_t waited_ms;
    /** How long they talked. */
    uint64_t talked_ms;
    /** How long the phone rang. */
    uint64_t rang_ms;
    /** How much longer the call may have to wait; `TL_NONE` when nothing is known. */
    uint64_t estimate_ms;
    /** The agent who would have had the call otherwise. */
    uint64_t next_agent;
    /** The call the agent would have had otherwise. */
    uint64_t next_call;
    /** Members of the queue who were free, this one included. */
    uint32_t free;
    /** Calls in the queue, this one included. */
    uint32_t waiting;
    /** The call's priority. */
    int32_t priority;
    /** The call's priority before. */
    int32_t from_priority;
    /** For later versions; 0. */
    uint64_t reserved;
} tl_acd_output;

/* ===========================================================================
 * Routing: the engine
 *
 * Who gets which call. Tell it what happened with an input, then take what it says with
 * `tl_acd_poll` until `TL_DONE`, and call `tl_acd_tick` no later than `tl_acd_deadline`. The same
 * inputs give the same outputs, on every machine. The clock handed in must never go back.
 */

/** A routing engine: queues, agents, calls, and who is offered what. */
typedef struct tl_acd tl_acd;

/**
 * Stores in `size` how many bytes an engine with these limits takes. `limits` may be NULL for the
 * defaults, here and below.
 */
tl_status tl_acd_size(const tl_acd_limits *limits, size_t *size);

/**
 * Makes an engine in the caller's block of `size` bytes, aligned to `TL_ALIGN`, which must stay
 * where it is and be left alone until `tl_acd_free`.
 */
tl_status tl_acd_init(void *memory, size_t size, const tl_acd_limits *limits, struct tl_acd **acd);

#if defined(TL_STD)
/** Makes an engine in memory from the allocator. */
tl_status tl_acd_new(const tl_acd_limits *limits, struct tl_acd **acd);
#endif

/**
 * As `tl_acd_init`, in the state of a snapshot of `len` bytes that was taken with the same limits:
 * the engine goes on as if it had never stopped. A damaged snapshot is found out, a forged one is
 * not.
 */
tl_status tl_acd_restore_init(void *memory,
                              size_t size,
                              const tl_acd_limits *limits,
                              const uint8_t *snapshot,
                              size_t len,
                              struct tl_acd **acd);

#if defined(TL_STD)
/** As `tl_acd_new`, in the state of a snapshot; see `tl_acd_restore_init`. */
tl_status tl_acd_restore_new(const tl_acd_limits *limits,
                             const uint8_t *snapshot,
                             size_t len,
                             struct tl_acd **acd);
#endif

/**
 * Writes the whole state into `bytes`, which has room for `room`, and stores its length in `len`.
 * When the room is too small, returns `TL_ERR_BUFFER` and `len` says how much it takes. Outputs
 * must be polled first.
 */
tl_status tl_acd_snapshot(const struct tl_acd *acd, uint8_t *bytes, size_t room, size_t *len);

/**
 * Stores the state as one number: equal for engines of the same limits that were told the same, on
 * every machine.
 */
tl_status tl_acd_state_hash(const struct tl_acd *acd, uint64_t *hash);

/** Ends an engine. NULL is fine. */
tl_status tl_acd_free(struct tl_acd *acd);

/**
 * Starts the random strategies from another seed. Engines with the same seed and the same inputs
 * decide alike.
 */
tl_status tl_acd_set_seed(struct tl_acd *acd, uint64_t seed);

/** Sets which call an agent of several queues gets from now on; `order` is a `tl_acd_call_order`. */
tl_status tl_acd_set_call_order(struct tl_acd *acd, uint32_t order);

/**
 * A new term of office begins, later than the one before: of a standby that takes over, having
 * replayed the log so far. What was meant for an earlier one is found out by `tl_acd_check_epoch`.
 */
tl_status tl_acd_begin_epoch(struct tl_acd *acd, uint64_t epoch);

/**
 * `TL_ERR_ACD_WRONG_EPOCH` unless this is the current term of office: ask before every input that may
 * come late, or from another node. Stores the current one in `current`, which may be NULL, either way;
 * it is 0 before the first.
 */
tl_status tl_acd_check_epoch(const struct tl_acd *acd,
                             uint64_t epoch,
                             uint64_t *current);

/** Stores the next output in `output`, or returns `TL_DONE` when there is none. */
tl_status tl_acd_poll(struct tl_acd *acd, tl_acd_output *output);

/**
 * Stores in `at` when the engine wants `tl_acd_tick` at the latest, unless another input comes
 * sooner; `TL_NONE` when not before the next input.
 */
tl_status tl_acd_deadline(const struct tl_acd *acd, tl_time *at);

/**
 * Stores in `at` the instant of the last input, before which none may be. Of a restored engine: that of
 * the snapshot.
 */
tl_status tl_acd_last_input(const struct tl_acd *acd,
                            tl_time *at);

/* ===========================================================================
 * Routing: setting up
 *
 * Queues, agents and their skills can come, change and go at any time.
 */

/** Adds a queue and stores its handle in `queue`. `config` may be NULL for the defaults. */
tl_status tl_acd_add_queue(tl_acd *acd, const tl_acd_queue_config *config, uint64_t *queue);

/**
 * Changes a queue's configuration. Waiting calls keep their places and the times they were given;
 * everything else holds from the next decision on.
 */
tl_status tl_acd_set_queue(tl_acd *acd, uint64_t queue, const tl_acd_queue_config *config);

/**
 * Sets a queue's steps of relaxation, at most 64, for the calls without a rule of their own that join
 * from now on.
 */
tl_status tl_acd_set_relaxation(tl_acd *acd,
                                uint64_t queue,
                                const tl_acd_relax_step *steps,
                                size_t count);

/**
 * Adds a rule, at most 64 steps of relaxation for the calls that bring it along (`tl_acd_call.rule`)
 * instead of those of their queue, and stores its handle in `rule`.
 */
tl_status tl_acd_add_rule(tl_acd *acd,
                          const tl_acd_relax_step *steps,
                          size_t count,
                          uint64_t *rule);

/** Removes a rule by which no call waits; else `TL_ERR_ACD_RULE_IN_USE`. */
tl_status tl_acd_remove_rule(tl_acd *acd, uint64_t rule);

/** Removes a queue that has no calls and no members; else `TL_ERR_ACD_QUEUE_IN_USE`. */
tl_status tl_acd_remove_queue(tl_acd *acd, uint64_t queue);

/**
 * Adds an agent, logged out, and stores its handle in `agent`. `config` may be NULL for the
 * defaults.
 */
tl_status tl_acd_add_agent(tl_acd *acd, const tl_acd_agent_config *config, uint64_t *agent);

/**
 * Removes an agent: its offers end, it leaves all queues, and when it is talking it goes when
 * that is over. The handle is stale at once.
 */
tl_status tl_acd_remove_agent(tl_acd *acd, uint64_t agent);

/** Makes an agent a member of a queue. `config` may be NULL for the defaults. */
tl_status tl_acd_join_queue(tl_acd *acd,
                            uint64_t agent,
                            uint64_t queue,
                            const tl_acd_membership *config);

/** Changes an agent's place in a queue; a pause stays. `config` may be NULL for the defaults. */
tl_status tl_acd_set_membership(tl_acd *acd,
                                uint64_t agent,
                                uint64_t queue,
                                const tl_acd_membership *config);

/** Takes an agent out of a queue. An offer of that queue ends; a conversation goes on. */
tl_status tl_acd_leave_queue(tl_acd *acd, uint64_t agent, uint64_t queue);

/**
 * Stores in `call_class` the class of calls that ask for these skills: the same one for the same
 * skills. At most 64 skills.
 */
tl_status tl_acd_add_class(tl_acd *acd,
                           const tl_acd_skill *skills,
                           size_t count,
                           uint32_t *call_class);

/**
 * Stores in `profile` the profile of agents that have these skills: the same one for the same
 * skills. At most 64 skills.
 */
tl_status tl_acd_add_profile(tl_acd *acd,
                             const tl_acd_skill *skills,
                             size_t count,
                             uint32_t *profile);

/* ===========================================================================
 * Routing: what happened
 *
 * After each of these, take what the engine says with `tl_acd_poll`.
 */

/** Nothing but time has passed. Due whenever `tl_acd_deadline` has come. */
tl_status tl_acd_tick(tl_acd *acd, tl_time now);

/** A call asks to join a queue. Its handle comes with `TL_ACD_JOINED`. */
tl_status tl_acd_arrive(tl_acd *acd, tl_time now, const tl_acd_call *call);

/** The caller hung up: waiting, it has abandoned; talking, the call is completed by it. */
tl_status tl_acd_hangup(tl_acd *acd, tl_time now, uint64_t call);

/**
 * The call leaves the queue by a key or by the flow's choice, to be served elsewhere. `key` comes
 * back in `detail`.
 */
tl_status tl_acd_exit(tl_acd *acd, tl_time now, uint64_t call, uint8_t key);

/**
 * The call goes to another queue. `keep_age` other than 0: the time it has waited so far counts in
 * the order there; else it starts anew at the end.
 */
tl_status tl_acd_move(tl_acd *acd, tl_time now, uint64_t call, uint64_t queue, uint32_t keep_age);

/** The call's priority changes; its arrival and its wait stay. */
tl_status tl_acd_set_priority(tl_acd *acd, tl_time now, uint64_t call, int32_t priority);

/**
 * Which members a waiting call may go to by their penalties changes, until its next step of relaxation
 * says otherwise: those of `min` to `max` (`TL_NONE32` for no bound), where lower ones count as `raise`;
 * `raise_within` other than 0: of those below `min` none is raised. A phone that rings goes on ringing.
 */
tl_status tl_acd_set_penalties(tl_acd *acd,
                               tl_time now,
                               uint64_t call,
                               uint32_t min,
                               uint32_t max,
                               uint32_t raise,
                               uint32_t raise_within);

/**
 * A waiting call relaxes by another rule, or with `TL_NONE` by the steps of its queue. It takes those
 * whose time has come at once, the others when theirs comes.
 */
tl_status tl_acd_set_rule(tl_acd *acd,
                          tl_time now,
                          uint64_t call,
                          uint64_t rule);

/** The agent's phone answered. */
tl_status tl_acd_accept(tl_acd *acd, tl_time now, uint64_t offer);

/** The agent's phone will not take the call; `cause` is a `tl_acd_cause`. */
tl_status tl_acd_reject(tl_acd *acd, tl_time now, uint64_t offer, uint32_t cause);

/** The conversation is over; `by` is a `tl_acd_ended_by`. */
tl_status tl_acd_complete(tl_acd *acd, tl_time now, uint64_t call, uint32_t by);

/**
 * The agent wants another state: `TL_ACD_LOGGED_OUT`, `TL_ACD_AVAILABLE`, or `TL_ACD_NOT_READY`
 * for a `reason` of your own list, at most 65,534. While it handles a call the request is kept
 * and holds after it; logging out ends its offers at once.
 */
tl_status tl_acd_set_agent_state(tl_acd *acd,
                                 tl_time now,
                                 uint64_t agent,
                                 uint32_t state,
                                 uint16_t reason);

/**
 * The agent pauses in one of its queues, for a `reason` of your own list, at most 65,534; or no
 * longer, for `TL_NONE32`. It stays a member, and what it is for its other queues; a phone that
 * rings goes on ringing. `TL_ACD_PAUSE_CHANGED` tells of it.
 */
tl_status tl_acd_set_pause(tl_acd *acd,
                           tl_time now,
                           uint64_t agent,
                           uint64_t queue,
                           uint32_t reason);

/** The agent has finished its paperwork early. */
tl_status tl_acd_end_wrap_up(tl_acd *acd, tl_time now, uint64_t agent);

/* ===========================================================================
 * Routing: event log and replay
 *
 * A log is a snapshot and every change that the engine was told after it. Made again one by one they
 * bring another engine with the same limits into the same state, with the same outputs on the way.
 */

/** A log that is read. */
typedef struct tl_acd_replay tl_acd_replay;

/**
 * Begins a log in the caller's buffer of `room` bytes: a snapshot now, and from now on every change
 * that the engine accepts. The buffer must be left alone, but for reading, until `tl_acd_log_end` or
 * `tl_acd_free`. `TL_ERR_ACD_LOG_FULL`: the snapshot (see `tl_acd_snapshot`) and 24 bytes do not
 * fit.
 *
 * While a log is written, everything that tells the engine something has three more reasons to
 * refuse, and nothing has changed then: `TL_ERR_ACD_LOG_FULL`, clear it first (2,054 bytes free are
 * always enough); `TL_ERR_UNDRAINED`, poll until `TL_DONE` before each change;
 * `TL_ERR_ARGUMENT`, more than 32 skills or steps of relaxation at once.
 */
tl_status tl_acd_log_begin(tl_acd *acd,
                           uint8_t *bytes,
                           size_t room);

/**
 * Stores how many bytes of the buffer are written. They can be kept elsewhere at any time: a log
 * ends anywhere between two changes, and is the bytes of all its buffers one after another.
 */
tl_status tl_acd_log_len(const tl_acd *acd, size_t *len);

/** Empties the buffer, when what was in it has been kept elsewhere: the log goes on at its start. */
tl_status tl_acd_log_clear(tl_acd *acd);

/** Adds the hash of the engine's state, with which a replay compares its own. */
tl_status tl_acd_log_checkpoint(tl_acd *acd);

/** Ends the log: the buffer is the caller's again, with what `tl_acd_log_len` said is in it. */
tl_status tl_acd_log_end(tl_acd *acd);

/** Stores in `size` how many bytes a replay takes. */
tl_status tl_acd_replay_size(size_t *size);

/**
 * Opens a log of `len` bytes, which must stay where they are, unchanged, until
 * `tl_acd_replay_free`; in the caller's block of `size` bytes, aligned to `TL_ALIGN`.
 */
tl_status tl_acd_replay_init(void *memory,
                             size_t size,
                             const uint8_t *log,
                             size_t len,
                             struct tl_acd_replay **replay);

#if defined(TL_STD)
/** As `tl_acd_replay_init`, in memory from the allocator. */
tl_status tl_acd_replay_new(const uint8_t *log, size_t len, struct tl_acd_replay **replay);
#endif

/** Ends a replay. NULL is fine. */
tl_status tl_acd_replay_free(struct tl_acd_replay *replay);

/**
 * Stores where in the log the snapshot lies that it begins with, and its length: for
 * `tl_acd_restore_new` or `tl_acd_restore_init`.
 */
tl_status tl_acd_replay_snapshot(const struct tl_acd_replay *replay,
                                 const uint8_t **snapshot,
                                 size_t *len);

/** Stores the byte of the log at which the next change begins. */
tl_status tl_acd_replay_position(const struct tl_acd_replay *replay, uint64_t *position);

/**
 * Makes the next change of the log in an engine, which must have been polled until `TL_DONE`; poll
 * it again afterwards. At a checkpoint the states are compared. `TL_DONE`: the log has ended. After
 * a failure both stay where they are.
 */
tl_status tl_acd_replay_next(struct tl_acd_replay *replay, tl_acd *acd);

/* ===========================================================================
 * Routing: what an event log says
 *
 * The next change of a log as values, before or without making it: what an engine was told, when, and
 * about whom. What was set can be read in full, too: the call that arrived, the configurations, the
 * skills and the steps.
 */

/** What an engine was told: each is the function of that name. */
TL_ENUM(tl_acd_change_kind, uint32_t) {
    /** Something newer than this library. */
    TL_ACD_CHANGE_UNKNOWN = 0,
    /** `tl_acd_tick`: at. */
    TL_ACD_CHANGE_TICK = 1,
    /** `tl_acd_arrive`: at, queue, value (the call's tag); see `tl_acd_replay_get_call`. */
    TL_ACD_CHANGE_ARRIVE = 2,
    /** `tl_acd_hangup`: at, call. */
    TL_ACD_CHANGE_HANGUP = 3,
    /** `tl_acd_exit`: at, call, detail (the key). */
    TL_ACD_CHANGE_EXIT = 4,
    /** `tl_acd_move`: at, call, queue, detail (1: it keeps its age). */
    TL_ACD_CHANGE_MOVE = 5,
    /** `tl_acd_set_priority`: at, call, priority. */
    TL_ACD_CHANGE_PRIORITY = 6,
    /** `tl_acd_accept`: at, offer. */
    TL_ACD_CHANGE_ACCEPT = 7,
    /** `tl_acd_reject`: at, offer, detail (a `tl_acd_cause`). */
    TL_ACD_CHANGE_REJECT = 8,
    /** `tl_acd_complete`: at, call, detail (a `tl_acd_ended_by`). */
    TL_ACD_CHANGE_COMPLETE = 9,
    /** `tl_acd_set_agent_state`: at, agent, detail (a `tl_acd_agent_state`), reason. */
    TL_ACD_CHANGE_AGENT_STATE = 10,
    /** `tl_acd_end_wrap_up`: at, agent. */
    TL_ACD_CHANGE_END_WRAP_UP = 11,
    /** `tl_acd_set_pause`: at, agent, queue, reason (`TL_NONE32`: it is paused no longer). */
    TL_ACD_CHANGE_PAUSE = 12,
    /** `tl_acd_set_seed`: value. */
    TL_ACD_CHANGE_SEED = 13,
    /** `tl_acd_set_call_order`: detail (a `tl_acd_call_order`). */
    TL_ACD_CHANGE_CALL_ORDER = 14,
    /** `tl_acd_add_class`: detail (how many skills); see `tl_acd_replay_list_skills`. */
    TL_ACD_CHANGE_ADD_CLASS = 15,
    /** `tl_acd_add_profile`: the same. */
    TL_ACD_CHANGE_ADD_PROFILE = 16,
    /** `tl_acd_add_queue`: value (its tag); see `tl_acd_replay_get_queue`. */
    TL_ACD_CHANGE_ADD_QUEUE = 17,
    /** `tl_acd_set_queue`: queue, and the same. */
    TL_ACD_CHANGE_SET_QUEUE = 18,
    /** `tl_acd_set_relaxation`: queue, detail (how many steps); see `tl_acd_replay_list_steps`. */
    TL_ACD_CHANGE_RELAXATION = 19,
    /** `tl_acd_remove_queue`: queue. */
    TL_ACD_CHANGE_REMOVE_QUEUE = 20,
    /** `tl_acd_add_agent`: value (its tag); see `tl_acd_replay_get_agent`. */
    TL_ACD_CHANGE_ADD_AGENT = 21,
    /** `tl_acd_remove_agent`: agent. */
    TL_ACD_CHANGE_REMOVE_AGENT = 22,
    /** `tl_acd_join_queue`: agent, queue; see `tl_acd_replay_get_membership`. */
    TL_ACD_CHANGE_JOIN_QUEUE = 23,
    /** `tl_acd_set_membership`: the same. */
    TL_ACD_CHANGE_MEMBERSHIP = 24,
    /** `tl_acd_leave_queue`: agent, queue. */
    TL_ACD_CHANGE_LEAVE_QUEUE = 25,
    /** `tl_acd_begin_epoch`: value (its number). */
    TL_ACD_CHANGE_BEGIN_EPOCH = 26,
    /** `tl_acd_log_checkpoint`: value (the state's hash). */
    TL_ACD_CHANGE_CHECKPOINT = 27,
    /**
     * `tl_acd_set_penalties`: at, call, detail (the lowest), value (the highest, and from bit 32 on
     * what lower ones count as), reason (1: of those below the lowest none does).
     */
    TL_ACD_CHANGE_PENALTIES = 28,
    /** `tl_acd_set_rule`: at, call, value (the rule, or `TL_NONE`). */
    TL_ACD_CHANGE_RULE = 29,
    /** `tl_acd_add_rule`: detail (how many steps); see `tl_acd_replay_list_steps`. */
    TL_ACD_CHANGE_ADD_RULE = 30,
    /** `tl_acd_remove_rule`: value (the rule). */
    TL_ACD_CHANGE_REMOVE_RULE = 31,
};

/** A change of a log. What its kind does not name is `TL_NONE`, `TL_NONE32` or 0. */
typedef struct tl_acd_change {
    /** A `tl_acd_change_kind`. */
    uint32_t kind;
    /** What the kind says. */
    uint32_t detail;
    /** When the engine was told. */
    tl_time at;
    /** The queue. */
    uint64_t queue;
    /** The agent. */
    uint64_t agent;
    /** The call. */
    uint64_t call;
    /** The offer. */
    uint64_t offer;
    /** What the kind says. */
    uint64_t value;
    /** The priority. */
    int32_t priority;
    /** The reason, of your own list. */
    uint32_t reason;
    /** For later versions; 0. */
    uint64_t reserved[2];
} tl_acd_change;

/** Stores the next change, which stays the next one; or returns `TL_DONE`: the log has ended. */
tl_status tl_acd_replay_look(const tl_acd_replay *replay, struct tl_acd_change *change);

/**
 * Goes on to the change after the next without making it, for one who only reads; or returns
 * `TL_DONE`: the log has ended.
 */
tl_status tl_acd_replay_skip(tl_acd_replay *replay);

/** Fills in the call of the next change, a `TL_ACD_CHANGE_ARRIVE`. */
tl_status tl_acd_replay_get_call(const tl_acd_replay *replay,
                                 tl_acd_call *call,
                                 size_t struct_size);
#define tl_acd_replay_get_call(replay, call) \
    (tl_acd_replay_get_call)((replay), (call), sizeof *(call))

/** Fills in the configuration of the next change, a `TL_ACD_CHANGE_ADD_QUEUE` or `_SET_QUEUE`. */
tl_status tl_acd_replay_get_queue(const tl_acd_replay *replay,
                                  tl_acd_queue_config *config,
                                  size_t struct_size);
#define tl_acd_replay_get_queue(replay, config) \
    (tl_acd_replay_get_queue)((replay), (config), sizeof *(config))

/** Fills in the configuration of the next change, a `TL_ACD_CHANGE_ADD_AGENT`. */
tl_status tl_acd_replay_get_agent(const tl_acd_replay *replay,
                                  tl_acd_agent_config *config,
                                  size_t struct_size);
#define tl_acd_replay_get_agent(replay, config) \
    (tl_acd_replay_get_agent)((replay), (config), sizeof *(config))

/** Fills in the place of the next change, a `TL_ACD_CHANGE_JOIN_QUEUE` or `_MEMBERSHIP`. */
tl_status tl_acd_replay_get_membership(const tl_acd_replay *replay,
                                       tl_acd_membership *config,
                                       size_t struct_size);
#define tl_acd_replay_get_membership(replay, config) \
    (tl_acd_replay_get_membership)((replay), (config), sizeof *(config))

/**
 * Stores as many skills of the next change, a `TL_ACD_CHANGE_ADD_CLASS` or `_ADD_PROFILE`, as there is
 * `room` for, and in `count` how many there are.
 */
tl_status tl_acd_replay_list_skills(const tl_acd_replay *replay,
                                    tl_acd_skill *skills,
                                    size_t room,
                                    size_t *count);

/** As `tl_acd_replay_list_skills`, the steps of a `TL_ACD_CHANGE_RELAXATION` or `_ADD_RULE`. */
tl_status tl_acd_replay_list_steps(const tl_acd_replay *replay,
                                   tl_acd_relax_step *steps,
                                   size_t room,
                                   size_t *count);

/* ===========================================================================
 * Routing: what can be asked at any time
 */

/** Where a call is. */
TL_ENUM(tl_acd_call_state, uint32_t) {
    /** In the queue. */
    TL_ACD_CALL_WAITING = 1,
    /** In the queue, with at least one phone ringing for it. */
    TL_ACD_CALL_RINGING = 2,
    /** With an agent. */
    TL_ACD_CALL_CONNECTED = 3,
};

/** A service level with its definition, without which the numbers say nothing. */
typedef struct tl_acd_service_level {
    /** A `tl_acd_level`. */
    uint32_t definition;
    /** 0. */
    uint32_t reserved;
    /** Calls in the service level; never more than `of`. */
    uint64_t in_level;
    /** Out of so many. */
    uint64_t of;
} tl_acd_service_level;

/**
 * What happened in a queue since it was made. `offered` is the sum of `refused`, `answered`,
 * `abandoned`, `timed_out`, `exited`, `left_empty`, `overflowed` and `waiting` at every moment.
 */
typedef struct tl_acd_queue_counters {
    /** Calls that asked to join. */
    uint64_t offered;
    /** Calls that were not let in. */
    uint64_t refused;
    /** Calls an agent accepted. */
    uint64_t answered;
    /** Calls whose caller hung up before that. */
    uint64_t abandoned;
    /** Calls that left after the longest wait. */
    uint64_t timed_out;
    /** Calls that left by a key or by the flow's choice. */
    uint64_t exited;
    /** Calls that left because no agent was there. */
    uint64_t left_empty;
    /** Calls that went on to another queue or target. */
    uint64_t overflowed;
    /** Calls waiting or ringing now. */
    uint64_t waiting;
    /** Calls talking with an agent now. */
    uint64_t talking;
    /** Answered within the service level. */
    uint64_t answered_in_level;
    /** Abandoned within the service level. */
    uint64_t abandoned_in_level;
    /** Calls that ended after having been answered. */
    uint64_t completed;
    /** The waits of all calls that waited and wait no more, in ms. */
    uint64_t waited_ms;
    /** The waits of the answered ones, in ms. */
    uint64_t answered_waited_ms;
    /** The talk of the completed ones, in ms. */
    uint64_t talked_ms;
    /** Members of the queue. */
    uint32_t members;
    /** Those logged in. */
    uint32_t logged_in;
    /** Those of them taking calls, busy or not: neither not ready nor paused in this queue. */
    uint32_t taking_calls;
    /** Those of them who could take one now. */
    uint32_t free;
    /** Abandoned almost at once. */
    uint64_t short_calls;
    /** For later versions; 0. */
    uint64_t reserved[5];
} tl_acd_queue_counters;

/** What an agent did since it was added, and what it is. */
typedef struct tl_acd_agent_counters {
    /** Its `tl_acd_agent_state`. */
    uint32_t state;
    /** The reason of not ready. */
    uint32_t reason;
    /** Offers made to it. */
    uint64_t offered;
    /** Offers it accepted. */
    uint64_t answered;
    /** Offers it let time out or turned down. */
    uint64_t missed;
    /** Offers another agent took first. */
    uint64_t lost;
    /** Offers that ended because the caller left, or the agent. */
    uint64_t cancelled;
    /** Time on calls that have ended, in ms. */
    uint64_t talked_ms;
    /** Time in wrap-up that has ended, in ms. */
    uint64_t wrapped_ms;
    /** For later versions; 0. */
    uint64_t reserved[4];
} tl_acd_agent_counters;

/** A call's state and place. */
typedef struct tl_acd_call_info {
    /** A `tl_acd_call_state`. */
    uint32_t state;
    /** Its place, 1 for the first; `TL_NONE32` when it is talking. */
    uint32_t position;
    /** How long it may still have to wait, in ms; `TL_NONE` when nothing is known. */
    uint64_t estimate_ms;
    /** Your own name for it. */
    uint64_t tag;
    /** Where it waits, or waited. */
    uint64_t queue;
    /** When it arrived. */
    tl_time arrived;
    /** When it joined the queue it is in. */
    tl_time joined;
    /** Its priority. */
    int32_t priority;
    /** What it asks for now. */
    uint32_t call_class;
    /** The rule by which it relaxes while it waits; `TL_NONE` for the steps of its queue. */
    uint64_t rule;
    /** The lowest penalty of members it may go to now. */
    uint32_t penalty_min;
    /** The highest; `TL_NONE32` for no bound. */
    uint32_t penalty_max;
    /** What lower penalties count as. */
    uint32_t penalty_raise;
    /** Whether of those below `penalty_min` none is raised. */
    uint32_t penalty_raise_within;
    /** For later versions; 0. */
    uint64_t reserved[2];
} tl_acd_call_info;

/** What is known of a member of a queue. */
typedef struct tl_acd_member_info {
    /** The agent's tag. */
    uint64_t agent_tag;
    /** Its penalty. */
    uint32_t penalty;
    /** Its level. */
    uint32_t level;
    /** Its position. */
    uint32_t position;
    /** Time for paperwork after a call of this queue, whoever set it. */
    uint32_t wrap_up_ms;
    /** Calls of this queue it has accepted. */
    uint32_t calls;
    /** Its `tl_acd_agent_state`. */
    uint32_t state;
    /** The reason of not ready. */
    uint32_t reason;
    /** What it asked to be, which can be ahead of its state: logged out, available or not ready. */
    uint32_t wanted;
    /** When its last conversation of this queue ended; `TL_NONE` if there was none. */
    tl_time last_call;
    /** When the agent last logged in. */
    tl_time login;
    /** When it was last paused in this queue, in whole seconds; `TL_NONE` if it never was. */
    tl_time last_pause;
    /** The reason for which it is paused in this queue; `TL_NONE32`: it is not. */
    uint32_t paused;
    /** Phones of the agent that ring, of all its queues. */
    uint32_t ringing;
    /** Its conversations. */
    uint32_t talking;
    /** Its paperwork. */
    uint32_t wrapping;
    /** For later versions; 0. */
    uint64_t reserved[2];
} tl_acd_member_info;

/** Stores a queue's service level so far, by the definition in its configuration. */
tl_status tl_acd_get_service_level(const tl_acd *acd,
                                   uint64_t queue,
                                   struct tl_acd_service_level *level);

/** Stores what happened in a queue so far, and who is there. */
tl_status tl_acd_get_queue(const tl_acd *acd,
                           uint64_t queue,
                           struct tl_acd_queue_counters *counters);

/** Stores what an agent did so far, and what it is. */
tl_status tl_acd_get_agent(const tl_acd *acd,
                           uint64_t agent,
                           struct tl_acd_agent_counters *counters);

/** Stores where a call is. */
tl_status tl_acd_get_call(const tl_acd *acd, uint64_t call, struct tl_acd_call_info *info);

/** Stores what is known of an agent as a member of a queue. */
tl_status tl_acd_get_member(const tl_acd *acd,
                            uint64_t agent,
                            uint64_t queue,
                            struct tl_acd_member_info *info);

/**
 * Stores how many calls go before a call in its queue; of one that is talking, how many wait there
 * that would have gone before it.
 */
tl_status tl_acd_calls_ahead(const tl_acd *acd, uint64_t call, uint32_t *ahead);

/** Stores how many calls wait, ring or talk in all queues. */
tl_status tl_acd_live_calls(const tl_acd *acd, uint32_t *calls);

/* ===========================================================================
 * Routing: what was configured
 *
 * As it is stored, whoever set it: this program, a text, or the engine before it whose snapshot was
 * restored. Changed in one field and handed back, it changes nothing else.
 */

/**
 * Fills in how a queue works; for `tl_acd_set_queue`. A strategy's own fields have their defaults where
 * it does not use them.
 */
tl_status tl_acd_get_queue_config(const tl_acd *acd,
                                  uint64_t queue,
                                  tl_acd_queue_config *config,
                                  size_t struct_size);
#define tl_acd_get_queue_config(acd, queue, config) \
    (tl_acd_get_queue_config)((acd), (queue), (config), sizeof *(config))

/** Fills in how an agent was added. */
tl_status tl_acd_get_agent_config(const tl_acd *acd,
                                  uint64_t agent,
                                  tl_acd_agent_config *config,
                                  size_t struct_size);
#define tl_acd_get_agent_config(acd, agent, config) \
    (tl_acd_get_agent_config)((acd), (agent), (config), sizeof *(config))

/** Stores which call an agent of several queues gets: a `tl_acd_call_order`. */
tl_status tl_acd_get_call_order(const tl_acd *acd, uint32_t *order);

/** Stores which term of office this is: the number of the last `tl_acd_begin_epoch`, 0 at first. */
tl_status tl_acd_get_epoch(const tl_acd *acd, uint64_t *epoch);

/* ===========================================================================
 * Routing: what there is
 *
 * Each function stores as many handles in `handles` as it has `room` for, and in `count` how many
 * there are; call it with `room` 0 to be told. Nothing may happen to the engine between the two.
 */

/** A rule that can leave callers waiting without an end. */
typedef struct tl_acd_starvation {
    /** Whose callers may starve. */
    uint64_t queue;
    /**
     * The queue that agents of both always serve first, for its weight. `TL_NONE`: calls of higher
     * priority go first in this very queue, as long as any come.
     */
    uint64_t under;
    /** For later versions; 0. */
    uint64_t reserved[2];
} tl_acd_starvation;

/** Lists the queues. */
tl_status tl_acd_list_queues(const tl_acd *acd, uint64_t *handles, size_t room, size_t *count);

/** Lists the agents. */
tl_status tl_acd_list_agents(const tl_acd *acd, uint64_t *handles, size_t room, size_t *count);

/** Lists the members of a queue. */
tl_status tl_acd_list_members(const tl_acd *acd,
                              uint64_t queue,
                              uint64_t *handles,
                              size_t room,
                              size_t *count);

/** Lists the queues that an agent is a member of. */
tl_status tl_acd_list_queues_of(const tl_acd *acd,
                                uint64_t agent,
                                uint64_t *handles,
                                size_t room,
                                size_t *count);

/** Lists the calls waiting or ringing in a queue, the first one first. */
tl_status tl_acd_list_calls(const tl_acd *acd,
                            uint64_t queue,
                            uint64_t *handles,
                            size_t room,
                            size_t *count);

/**
 * Lists the rules by which callers can starve, as things are configured now. Looks at every
 * membership.
 */
tl_status tl_acd_list_starvation(const tl_acd *acd,
                                 struct tl_acd_starvation *rows,
                                 size_t room,
                                 size_t *count);

/* ===========================================================================
 * Routing: why
 *
 * Counted reasons that can be checked, and the same as a sentence for a person.
 */

/** What put a call before all others that an agent could get. */
TL_ENUM(tl_acd_call_reason, uint32_t) {
    /** There is no other. */
    TL_ACD_CALL_ALONE = 1,
    /** It waits for this very agent. */
    TL_ACD_CALL_PREFERRED = 2,
    /** It rings elsewhere already, and more than one phone may ring. */
    TL_ACD_CALL_RINGS = 3,
    /** Its queue has the higher weight. */
    TL_ACD_CALL_WEIGHT = 4,
    /** It has the higher priority. */
    TL_ACD_CALL_PRIORITY = 5,
    /** The `tl_acd_call_order` puts it first. */
    TL_ACD_CALL_ORDER = 6,
    /** It has waited longer. */
    TL_ACD_CALL_AGE = 7,
};

/** Why this agent and no other. */
TL_ENUM(tl_acd_agent_reason, uint32_t) {
    /** The call asked for this very agent. */
    TL_ACD_AGENT_PREFERRED = 1,
    /** No other free agent may have the call. */
    TL_ACD_AGENT_ALONE = 2,
    /** All candidates' phones ring. */
    TL_ACD_AGENT_EVERYBODY = 3,
    /** The next agent's penalty is higher. */
    TL_ACD_AGENT_PENALTY = 4,
    /** The next agent's level is higher, at the same penalty. */
    TL_ACD_AGENT_LEVEL = 5,
    /** The agent is better at what the call asks for. */
    TL_ACD_AGENT_SKILL = 6,
    /** The agent is first by the terms of the queue's strategy. */
    TL_ACD_AGENT_ORDER = 7,
    /** It was the agent's turn, going round or down. */
    TL_ACD_AGENT_TURN = 8,
    /** By lot. */
    TL_ACD_AGENT_CHANCE = 9,
};

/**
 * Why a call waits: what keeps each member of its queue from taking it. Every member is counted
 * once, under the first thing in this order that keeps it.
 */
typedef struct tl_acd_why_waiting {
    /** Members that lack a skill the call asks for. */
    uint32_t unskilled;
    /** Members whose penalty is outside the call's window. */
    uint32_t out_of_window;
    /** Members logged out. */
    uint32_t logged_out;
    /** Members not ready. */
    uint32_t not_ready;
    /** Members left alone for a while after an offer they missed. */
    uint32_t left_alone;
    /** Members ringing, talking or in wrap-up. */
    uint32_t busy;
    /** Members who missed this very call a short while ago, or whose phone rings for it. */
    uint32_t tried;
    /**
     * Members who could take it: only while it waits for its preferred agent alone, or rings
     * elsewhere.
     */
    uint32_t free;
    /** Calls before it in the queue. */
    uint32_t ahead;
    /** Phones that ring for it. */
    uint32_t ringing;
    /** Until when it waits for its preferred agent alone, or `TL_NONE`. */
    tl_time alone_until;
    /** When something changes for it by itself, or `TL_NONE`. */
    tl_time next_change;
    /** Members paused in this queue: in the order after those not ready. */
    uint32_t paused;
    /** 0. */
    uint32_t reserved32;
    /** For later versions; 0. */
    uint64_t reserved;
} tl_acd_why_waiting;

/**
 * Why an agent is idle: what keeps each waiting call of its queues from going to it. Every call is
 * counted once, under the first thing in this order that keeps it.
 */
typedef struct tl_acd_why_idle {
    /** 1 if the agent could take a voice call now. */
    uint32_t available;
    /** Calls that ask for a skill it lacks. */
    uint32_t unskilled;
    /** Calls whose window excludes its penalty. */
    uint32_t out_of_window;
    /** Calls that ring elsewhere, wait for another agent alone, or it missed a short while ago. */
    uint32_t held;
    /** Calls it could take: none, when it is available and outputs have been polled. */
    uint32_t open;
    /** Calls of queues it is paused in: in the order after those whose window excludes its penalty. */
    uint32_t paused;
    /** Until when it is left alone after an offer it missed, or `TL_NONE`. */
    tl_time left_alone_until;
    /** For later versions; 0. */
    uint64_t reserved[2];
} tl_acd_why_idle;

/**
 * Three predictions of how much longer a waiting call will wait, in ms; `TL_NONE` where nothing is
 * known yet.
 */
typedef struct tl_acd_estimates {
    /** Those ahead, served at the pace the agents have shown and giving up as callers have. */
    uint64_t by_length_ms;
    /** As long as the call answered last had waited, less what this one has. */
    uint64_t by_last_served_ms;
    /** As long as the first in the queue has waited so far, less what this one has. */
    uint64_t by_first_ms;
    /** For later versions; 0. */
    uint64_t reserved;
} tl_acd_estimates;

/** The call an agent would get, and why. */
typedef struct tl_acd_next {
    /** Which; `TL_NONE` when there is none. */
    uint64_t call;
    /** The one that would come after it, or `TL_NONE`. */
    uint64_t before;
    /** What puts it before that one: a `tl_acd_call_reason`. */
    uint32_t because;
    /** 0. */
    uint32_t reserved32;
    /** For later versions; 0. */
    uint64_t reserved;
} tl_acd_next;

/**
 * From now on each `TL_ACD_OFFER` is followed by `TL_ACD_CHOSEN`, which says why it was made, if
 * `wanted` is not 0. Off at first and after a restore; it changes no decision. Outputs must be
 * polled first.
 */
tl_status tl_acd_set_choices(tl_acd *acd, uint32_t wanted);

/** Stores why a waiting call waits. Looks at every membership. */
tl_status tl_acd_get_why_waiting(const tl_acd *acd, uint64_t call, struct tl_acd_why_waiting *why);

/** Stores why an agent is idle. */
tl_status tl_acd_get_why_idle(const tl_acd *acd, uint64_t agent, struct tl_acd_why_idle *why);

/** Stores three predictions for a waiting call. */
tl_status tl_acd_get_estimates(const tl_acd *acd,
                               uint64_t call,
                               struct tl_acd_estimates *estimates);

/**
 * Stores in `call` which call this agent would get if it became free now, and in `reason`, a
 * `tl_acd_call_reason`, why that one; or returns `TL_DONE` when there is none.
 */
tl_status tl_acd_next_call(const tl_acd *acd, uint64_t agent, uint64_t *call, uint32_t *reason);

/** As `tl_acd_next_call`, and which call would come after it. */
tl_status tl_acd_get_next_call(const tl_acd *acd, uint64_t agent, struct tl_acd_next *next);

/**
 * Says why a call waits in `text`, which has room for `room` bytes, a NUL included, and stores in
 * `len` how long it is without. When the room is too small, returns `TL_ERR_BUFFER`, and `len` says
 * how long it is.
 */
tl_status tl_acd_explain_call(const tl_acd *acd,
                              uint64_t call,
                              char *text,
                              size_t room,
                              size_t *len);

/** As `tl_acd_explain_call`, why an agent is idle. */
tl_status tl_acd_explain_agent(const tl_acd *acd,
                               uint64_t agent,
                               char *text,
                               size_t room,
                               size_t *len);

/* ===========================================================================
 * Routing: following what the engine says
 *
 * A follower adds to each output what it does not repeat (since when the call waits, how many are
 * left in the queue), which `tl_acd_render_...` wants to know; an accuracy compares what was predicted
 * for each call with how long it then waited. Both take in every output right after it was polled,
 * with `tl_acd_follower_see` and `tl_acd_accuracy_see`, as statistics do with `tl_stats_see`.
 */

/** Compares predictions of the wait with the waits. */
typedef struct tl_acd_accuracy tl_acd_accuracy;

/** Follows the calls and agents of one engine. */
typedef struct tl_acd_follower tl_acd_follower;

/** What is known of a call beside what the engine itself tells. */
typedef struct tl_acd_call_facts {
    /** Its tag. */
    uint64_t tag;
    /** The queue it is in, or was in last; `TL_NONE` if the call is not followed. */
    uint64_t queue;
    /** When it arrived. */
    tl_time arrived;
    /** When it joined the queue it is in. */
    tl_time joined;
    /** When the phone of the agent who answered began to ring; 0 before. */
    tl_time called;
    /** When an agent answered; 0 before. */
    tl_time answered;
    /** Its place when it joined that queue. */
    uint32_t original_position;
    /** 1: an abandoned call that came back, or brought an age otherwise. */
    uint32_t resumed;
    /** For later versions; 0. */
    uint64_t reserved[2];
} tl_acd_call_facts;

/** What is known of an agent beside what the engine itself tells. */
typedef struct tl_acd_agent_facts {
    /** Its `tl_acd_agent_state`. */
    uint32_t state;
    /** The reason of not ready. */
    uint32_t reason;
    /** What it was before. */
    uint32_t before;
    /** The reason of not ready then. */
    uint32_t before_reason;
    /** When it last logged in. */
    tl_time login;
    /** When it was last set not ready; 0 if never. */
    tl_time last_pause;
    /** The tag of the call it was offered last. */
    uint64_t last_call;
    /** Offers it missed since it last answered one or became available. */
    uint32_t missed;
    /** 0. */
    uint32_t reserved32;
    /** For later versions; 0. */
    uint64_t reserved[2];
} tl_acd_agent_facts;

/** The running error of one prediction, which is the prediction less the wait. */
typedef struct tl_acd_estimate_error {
    /** Predictions that have been compared with a wait. */
    uint64_t count;
    /** The sum of their errors, in ms: above 0, waits were shorter than predicted. */
    int64_t sum_ms;
    /** The sum of their errors without the sign, in ms. */
    uint64_t absolute_sum_ms;
    /** The mean error, in ms. */
    int64_t mean_ms;
    /** The mean absolute error, in ms. */
    uint64_t mean_absolute_ms;
} tl_acd_estimate_error;

/** The running errors of the three predictions of `tl_acd_estimates` in one queue. */
typedef struct tl_acd_estimate_errors {
    /** Of `by_length_ms`. */
    struct tl_acd_estimate_error by_length;
    /** Of `by_last_served_ms`. */
    struct tl_acd_estimate_error by_last_served;
    /** Of `by_first_ms`. */
    struct tl_acd_estimate_error by_first;
    /** For later versions; 0. */
    uint64_t reserved[2];
} tl_acd_estimate_errors;

/**
 * Stores in `size` how many bytes a follower takes of an engine with these limits. `limits` may be
 * NULL for the defaults, here and below.
 */
tl_status tl_acd_follower_size(const tl_acd_limits *limits, size_t *size);

/**
 * Makes a follower in the caller's block of `size` bytes, aligned to `TL_ALIGN`; for an engine that
 * has said nothing yet.
 */
tl_status tl_acd_follower_init(void *memory,
                               size_t size,
                               const tl_acd_limits *limits,
                               struct tl_acd_follower **follower);

#if defined(TL_STD)
/** The same in memory from the allocator. */
tl_status tl_acd_follower_new(const tl_acd_limits *limits, struct tl_acd_follower **follower);
#endif

/** Ends a follower. NULL is fine. */
tl_status tl_acd_follower_free(struct tl_acd_follower *follower);

/**
 * Takes in the output that was polled last from the engine: once for each, before the engine is told
 * the next thing.
 */
tl_status tl_acd_follower_see(struct tl_acd_follower *follower,
                              const tl_acd *acd);

/** Stores what is known of a call. Of one that is not followed, or no more, nothing is. */
tl_status tl_acd_follower_get_call(const struct tl_acd_follower *follower,
                                   uint64_t call,
                                   struct tl_acd_call_facts *facts);

/** Stores what is known of an agent. One that is not followed is logged out. */
tl_status tl_acd_follower_get_agent(const struct tl_acd_follower *follower,
                                    uint64_t agent,
                                    struct tl_acd_agent_facts *facts);

/**
 * Stores in `size` how many bytes an accuracy takes of an engine with these limits. `limits` may be
 * NULL for the defaults, here and below.
 */
tl_status tl_acd_accuracy_size(const tl_acd_limits *limits, size_t *size);

/** Makes an accuracy in the caller's block of `size` bytes, aligned to `TL_ALIGN`. */
tl_status tl_acd_accuracy_init(void *memory,
                               size_t size,
                               const tl_acd_limits *limits,
                               struct tl_acd_accuracy **accuracy);

#if defined(TL_STD)
/** The same in memory from the allocator. */
tl_status tl_acd_accuracy_new(const tl_acd_limits *limits, struct tl_acd_accuracy **accuracy);
#endif

/** Ends an accuracy. NULL is fine. */
tl_status tl_acd_accuracy_free(struct tl_acd_accuracy *accuracy);

/**
 * Takes in the output that was polled last from the engine: once for each, before the engine is told
 * the next thing.
 */
tl_status tl_acd_accuracy_see(struct tl_acd_accuracy *accuracy,
                              const tl_acd *acd);

/**
 * Stores how far off the predictions for a queue's calls were that waited and were answered. A call
 * whose phone rings at once, that leaves, or moves on, does not count.
 */
tl_status tl_acd_accuracy_get(const struct tl_acd_accuracy *accuracy,
                              uint64_t queue,
                              struct tl_acd_estimate_errors *errors);

/* ===========================================================================
 * Routing: the names of queues, callers and agents
 *
 * The engine knows numbers; wallboards want names. Where outputs are told in the words of Asterisk or
 * FreeSWITCH, hand in the names of what they are about: of the one call and agent of an output, or of
 * everybody. What is not named is empty there.
 *
 * A struct that is all 0 but for its key is a good start: a text that is NULL is what its field says,
 * else "". A text counts up to its first byte that is not UTF-8.
 */

/** Where a call was passed on to. */
TL_ENUM(tl_acd_transfer, uint32_t) {
    /** Without asking: to extension `to` in `context`. */
    TL_ACD_TRANSFER_BLIND = 0,
    /** Into the bridge `to`. */
    TL_ACD_TRANSFER_BRIDGE = 1,
    /** Into the application `to`. */
    TL_ACD_TRANSFER_APPLICATION = 2,
    /** By linking the channels `to` and `context`. */
    TL_ACD_TRANSFER_LINK = 3,
};

/** A queue's name. */
typedef struct tl_acd_queue_name {
    /** The queue's handle. */
    uint64_t queue;
    /** Its name, with a NUL. */
    const char *name;
} tl_acd_queue_name;

/** A channel: the caller's, or the agent's leg. Texts end in a NUL. */
typedef struct tl_acd_channel {
    /** Its name, `PJSIP/trunk-00000001`. */
    const char *name;
    /** What it is told apart by; FreeSWITCH's session UUID. */
    const char *uniqueid;
    /** What tells its conversation apart. */
    const char *linkedid;
    /** Who calls: the number. */
    const char *caller_id_num;
    /** Who calls: the name. */
    const char *caller_id_name;
    /** Who it is connected with: the number. */
    const char *connected_line_num;
    /** Who it is connected with: the name. */
    const char *connected_line_name;
    /** Its language. NULL: "en". */
    const char *language;
    /** Whom to bill. */
    const char *account_code;
    /** Where it is in the dial plan: the context. */
    const char *context;
    /** The extension; FreeSWITCH's DNIS. */
    const char *exten;
    /** FreeSWITCH's UUID of the member of the queue. */
    const char *member_uuid;
    /** The address it was opened with (`ENTERQUEUE`'s url). */
    const char *url;
    /** What the bridge with the agent is told apart by (`CONNECT`'s bridgeduniqueid). */
    const char *bridge_id;
    /** Why it was hung up. NULL: "NORMAL_CLEARING". */
    const char *hangup_cause;
    /** Its state in words. NULL: "Up", and number 6. */
    const char *state_desc;
    /** Its state by number, at most 255, if `state_desc` is set. */
    uint32_t state;
    /** The priority in the dial plan. 0: 1. */
    uint32_t priority;
    /** Must be NULL. */
    const char *reserved[2];
} tl_acd_channel;

/** A caller. */
typedef struct tl_acd_caller {
    /** The call's tag. */
    uint64_t tag;
    /** The caller's channel. */
    struct tl_acd_channel channel;
    /** A conversation that ended in a transfer: whereto, with a NUL. */
    const char *transfer_to;
    /** What goes with it, with a NUL. */
    const char *transfer_context;
    /** A `tl_acd_transfer`. */
    uint32_t transfer;
    /** Must be 0. */
    uint32_t reserved;
} tl_acd_caller;

/** An agent, as wallboards know it. */
typedef struct tl_acd_agent_name {
    /** The agent's tag. */
    uint64_t tag;
    /** The name: AMI's MemberName, FreeSWITCH's CC-Agent. */
    const char *name;
    /** The device that rings: AMI's Interface, FreeSWITCH's contact. */
    const char *interface;
    /** The device whose state counts. */
    const char *state_interface;
    /** "static", "dynamic" or "realtime". NULL: "static". */
    const char *membership;
    /** FreeSWITCH: "callback" or "uuid-standby". NULL: "callback". */
    const char *kind;
    /** FreeSWITCH: the machine. NULL: "single_box". */
    const char *system;
    /** The channel of its leg. */
    struct tl_acd_channel channel;
    /** 1: it is rung while it is in use. */
    uint32_t ring_in_use;
    /** Must be 0. */
    uint32_t reserved;
} tl_acd_agent_name;

/** The word for a reason of being not ready. */
typedef struct tl_acd_reason_name {
    /** The reason, as `tl_acd_set_agent_state` has it. */
    uint64_t reason;
    /** The word, with a NUL. */
    const char *name;
} tl_acd_reason_name;

/**
 * Names, and how what they are put into is written. Lists may be in any order; one in the order of its
 * keys is searched faster.
 */
typedef struct tl_acd_names {
    /** Set by `tl_acd_names_defaults`. */
    uint32_t struct_size;
    /** A `tl_acd_form`. Default: text. */
    uint32_t form;
    /** Queues. Default: NULL, here and below. */
    const struct tl_acd_queue_name *queues;
    /** How many. Default: 0, here and below. */
    size_t queue_count;
    /** Callers. */
    const struct tl_acd_caller *callers;
    /** How many. */
    size_t caller_count;
    /** Agents. */
    const struct tl_acd_agent_name *agents;
    /** How many. */
    size_t agent_count;
    /** Reasons; 65,535, too many missed offers, is "Auto-Pause" if it is not here. */
    const struct tl_acd_reason_name *reasons;
    /** How many. */
    size_t reason_count;
} tl_acd_names;

/** Fills in no names. */
tl_status tl_acd_names_defaults(struct tl_acd_names *names, size_t struct_size);
#define tl_acd_names_defaults(names) \
    (tl_acd_names_defaults)((names), sizeof *(names))

/* ===========================================================================
 * Routing: in the words of Asterisk and FreeSWITCH
 *
 * Outputs as Asterisk's manager events (AMI) and lines of `queue_log` (fields as of Asterisk 22), and
 * as FreeSWITCH's `callcenter::info` events (1.10): what was made to read those keeps working.
 *
 * Every function puts none, one or several events into `text`, which has room for `room` bytes, a NUL
 * included, and stores in `len` how long they are without; `names` must not be NULL. When the room is
 * too small, it returns `TL_ERR_BUFFER`, and `len` says how long they are: nothing has changed, ask
 * again. Nothing that is in a name can end a line or forge a field.
 */

/** How events are written. */
TL_ENUM(tl_acd_form, uint32_t) {
    /**
     * As those systems write them: `Key: value` lines of AMI, lines of a `queue_log` file,
     * FreeSWITCH's plain events with `%` codes.
     */
    TL_ACD_FORM_TEXT = 0,
    /**
     * One by one, for a PBX's own functions: the event's name, then each key and its value, all with
     * a NUL, and an empty name after the last event as after the last key of each.
     */
    TL_ACD_FORM_FIELDS = 1,
};

/** What you did with a member of a queue, of which the engine says nothing. */
TL_ENUM(tl_acd_member_event, uint32_t) {
    /** Added to the queue: tell after it is in. */
    TL_ACD_MEMBER_ADDED = 1,
    /** Taken out of the queue: tell before it is out. */
    TL_ACD_MEMBER_REMOVED = 2,
    /** Its penalty was changed. */
    TL_ACD_MEMBER_PENALTY = 3,
    /** Whether it is rung while in use was changed. */
    TL_ACD_MEMBER_RING_IN_USE = 4,
};

/** What you did with an agent, or were asked of one, in `callcenter::info`. */
TL_ENUM(tl_acd_agent_action, uint32_t) {
    /** `agent-add`. */
    TL_ACD_AGENT_ADD = 1,
    /** `agent-status-get`: its state is `with`, a `tl_acd_agent_state`. */
    TL_ACD_AGENT_STATUS_GET = 2,
    /** `agent-state-get`: its state is `with`, a `tl_acd_agent_state`. */
    TL_ACD_AGENT_STATE_GET = 3,
    /** `agent-uuid-get`: the `uniqueid` of its channel. */
    TL_ACD_AGENT_UUID_GET = 4,
    /** `agent-contact-change`: its `interface` is another. */
    TL_ACD_AGENT_CONTACT_CHANGE = 5,
};

/** A member and what happened to it. */
typedef struct tl_acd_member_news {
    /** The agent. */
    uint64_t agent;
    /** The queue. */
    uint64_t queue;
    /** A `tl_acd_member_event`. */
    uint32_t event;
    /** Must be 0. */
    uint32_t reserved;
} tl_acd_member_news;

/** A line of `queue_log`. Texts end in a NUL. */
typedef struct tl_acd_log_line {
    /** When. */
    tl_time at;
    /** The call's unique id, or "NONE". */
    const char *call;
    /** The queue's name, or "NONE". */
    const char *queue;
    /** The agent's name, or "NONE". */
    const char *agent;
    /** What happened. */
    const char *event;
    /** What goes with it; NULL is "". */
    const char *data[6];
    /** How many of them there are. */
    uint32_t data_count;
    /** Must be 0. */
    uint32_t reserved;
} tl_acd_log_line;

/**
 * The output that the follower saw last as AMI events. A change of an agent's state is a
 * `QueueMemberStatus` for each of its queues. Must be asked before the engine is told the next thing.
 */
tl_status tl_acd_render_ami(const tl_acd_follower *follower,
                            const tl_acd *acd,
                            const tl_acd_names *names,
                            char *text,
                            size_t room,
                            size_t *len);

/** The output that the follower saw last as lines of `queue_log`. */
tl_status tl_acd_render_queue_log(const tl_acd_follower *follower,
                                  const tl_acd_names *names,
                                  char *text,
                                  size_t room,
                                  size_t *len);

/** The output that the follower saw last as `callcenter::info` events. */
tl_status tl_acd_render_callcenter(const tl_acd_follower *follower,
                                   const tl_acd_names *names,
                                   char *text,
                                   size_t room,
                                   size_t *len);

/** AMI's `QueueMemberAdded`, `-Removed`, `-Penalty` or `-Ringinuse`. */
tl_status tl_acd_render_ami_member(const tl_acd_follower *follower,
                                   const tl_acd *acd,
                                   const struct tl_acd_member_news *news,
                                   const tl_acd_names *names,
                                   char *text,
                                   size_t room,
                                   size_t *len);

/** AMI's `AgentDump`: the agent hung up while it listened to what the call is about. */
tl_status tl_acd_render_ami_agent_dump(uint64_t call_tag,
                                       uint64_t agent_tag,
                                       uint64_t queue,
                                       const tl_acd_names *names,
                                       char *text,
                                       size_t room,
                                       size_t *len);

/**
 * AMI's answer to `QueueStatus`, for one queue, or all of them with `TL_NONE`: each with its members
 * and callers, and `QueueStatusComplete`. Where Asterisk has a running average of times, this is the
 * average of all.
 */
tl_status tl_acd_render_ami_queue_status(const tl_acd_follower *follower,
                                         const tl_acd *acd,
                                         uint64_t queue,
                                         const tl_acd_names *names,
                                         char *text,
                                         size_t room,
                                         size_t *len);

/**
 * AMI's answer to `QueueSummary`, for one queue, or all of them with `TL_NONE`, and
 * `QueueSummaryComplete`.
 */
tl_status tl_acd_render_ami_queue_summary(const tl_acd *acd,
                                          uint64_t queue,
                                          const tl_acd_names *names,
                                          char *text,
                                          size_t room,
                                          size_t *len);

/** A line of `queue_log` of your own: `QUEUESTART`, `ADDMEMBER`, `OUTCALL` and whatever there is. */
tl_status tl_acd_render_queue_log_line(const struct tl_acd_log_line *line,
                                       const tl_acd_names *names,
                                       char *text,
                                       size_t room,
                                       size_t *len);

/** The `callcenter::info` event of a `tl_acd_agent_action`, with what it says it goes with. */
tl_status tl_acd_render_callcenter_agent(uint32_t action,
                                         uint64_t agent_tag,
                                         uint32_t with,
                                         const tl_acd_names *names,
                                         char *text,
                                         size_t room,
                                         size_t *len);

/** `members-count` over all queues, in `callcenter::info`. */
tl_status tl_acd_render_callcenter_count(uint32_t count,
                                         const tl_acd_names *names,
                                         char *text,
                                         size_t room,
                                         size_t *len);

/**
 * Writes the name that `queues.conf` has for a `tl_acd_strategy` of no further options into `text`,
 * the nearest for one that it does not know.
 */
tl_status tl_acd_render_ami_strategy(uint32_t strategy, char *text, size_t room, size_t *len);

/* ===========================================================================
 * Routing: statistics
 *
 * A fold over what the engine says: traffic by interval and queue, agents' time by state, every
 * call's detail. Poll the engine through it, or show it each output right after it was polled. In the
 * caller's memory it has so many rows, and counts what found no room; from the allocator it takes
 * memory as it grows.
 */

/** Statistics. */
typedef struct tl_stats tl_stats;

/** How statistics count. */
typedef struct tl_stats_config {
    /** Set by `tl_stats_defaults`. */
    uint32_t struct_size;
    /** A `tl_acd_level`: what `tl_stats_get_service_level` counts. Default: of the answered. */
    uint32_t level;
    /** How long an interval is. Default: 1,800,000, half an hour. */
    uint64_t interval_ms;
    /** Answered or abandoned within so long is in the service level. Default: 20,000. */
    uint64_t level_ms;
    /** Abandoned before so long is a short call. Default: 5,000. */
    uint64_t short_ms;
} tl_stats_config;

/**
 * How many rows statistics in the caller's memory have room for. What finds no room is left out of
 * that table, and counted: see `tl_stats_get_lost`.
 */
typedef struct tl_stats_limits {
    /** Set by `tl_stats_limits_defaults` and `tl_stats_limits_for`. */
    uint32_t struct_size;
    /** Rows by interval and queue. Default: 768. */
    uint32_t traffic;
    /** Rows by interval, queue and class of calls. Default: 768. */
    uint32_t classes;
    /** Agents. Default: 64. */
    uint32_t agents;
    /** Rows by interval and agent. Default: 3,072. */
    uint32_t agent_intervals;
    /** Pairs of a queue and an agent whose calls were rated in it. Default: 144. */
    uint32_t ratings;
    /** Calls at the same time. Default: 256. */
    uint32_t calls;
    /** Calls that have ended and were not taken yet. Default: 256. */
    uint32_t ended;
} tl_stats_limits;

/**
 * How often something was not counted in a table because it was full. All 0 when nothing is missing
 * from the reports.
 */
typedef struct tl_stats_lost {
    /** Changes of traffic by interval and queue. */
    uint64_t traffic;
    /** Changes of traffic by interval, queue and class. */
    uint64_t classes;
    /** Changes of agents. */
    uint64_t agents;
    /** Changes of agents by interval. */
    uint64_t agent_intervals;
    /** Ratings by queue and agent. */
    uint64_t ratings;
    /** Calls that were not followed: they are offered, and nothing more is known of them. */
    uint64_t calls;
    /** Calls that ended and are not among those of `tl_stats_next_call`. */
    uint64_t ended;
    /** For later versions; 0. */
    uint64_t reserved;
} tl_stats_lost;

/** Fills in the default configuration. */
tl_status tl_stats_defaults(struct tl_stats_config *config, size_t struct_size);
#define tl_stats_defaults(config) \
    (tl_stats_defaults)((config), sizeof *(config))

/** Fills in the default limits: those for `tl_acd_limits_defaults` and a day of half hours. */
tl_status tl_stats_limits_defaults(struct tl_stats_limits *limits, size_t struct_size);
#define tl_stats_limits_defaults(limits) \
    (tl_stats_limits_defaults)((limits), sizeof *(limits))

/**
 * Fills in room for everything that an engine of these limits can say in so many intervals, if older
 * rows are forgotten and the calls that ended taken before there are more. `acd_limits` may be NULL for
 * the defaults.
 */
tl_status tl_stats_limits_for(const tl_acd_limits *acd_limits,
                              uint32_t intervals,
                              struct tl_stats_limits *limits,
                              size_t struct_size);
#define tl_stats_limits_for(acd_limits, intervals, limits) \
    (tl_stats_limits_for)((acd_limits), (intervals), (limits), sizeof *(limits))

/**
 * Stores in `size` how many bytes statistics of these limits take. `limits` may be NULL for the
 * defaults, here and below.
 */
tl_status tl_stats_size(const struct tl_stats_limits *limits, size_t *size);

/**
 * Makes statistics without numbers yet in the caller's block of `size` bytes, aligned to `TL_ALIGN`.
 * `config` may be NULL for the defaults.
 */
tl_status tl_stats_init(void *memory,
                        size_t size,
                        const struct tl_stats_limits *limits,
                        const struct tl_stats_config *config,
                        struct tl_stats **stats);

#if defined(TL_STD)
/**
 * Makes statistics without numbers yet. They have room for whatever comes, and take memory from the
 * allocator as they grow: `tl_stats_forget_before` and `tl_stats_next_call` keep them small. `config`
 * may be NULL for the defaults.
 */
tl_status tl_stats_new(const struct tl_stats_config *config,
                       struct tl_stats **stats);
#endif

/** Ends statistics. NULL is fine. */
tl_status tl_stats_free(struct tl_stats *stats);

/** As `tl_acd_poll`, and counts the output. */
tl_status tl_stats_poll(struct tl_stats *stats, tl_acd *acd, tl_acd_output *output);

/**
 * Counts the output that was polled last from the engine, another way than by `tl_stats_poll`:
 * once for each.
 */
tl_status tl_stats_see(struct tl_stats *stats, const tl_acd *acd);

/** Stores what is missing because a table was full. */
tl_status tl_stats_get_lost(const struct tl_stats *stats, struct tl_stats_lost *lost);

/**
 * Drops the rows of traffic and of agents whose interval began before that instant: there is room for
 * others again; agents and ratings of all time stay. A call that joined before and ends later
 * has its detail, but no row.
 */
tl_status tl_stats_forget_before(struct tl_stats *stats,
                                 tl_time at);

/**
 * Writes all the numbers into `bytes`, which has room for `room`, and stores their length in `len`;
 * when the room is too small, returns `TL_ERR_BUFFER`.
 */
tl_status tl_stats_snapshot(const struct tl_stats *stats, uint8_t *bytes, size_t room, size_t *len);

/**
 * Makes statistics with the numbers of a snapshot of `len` bytes in the caller's block of `size` bytes,
 * aligned to `TL_ALIGN`: they go on as if they had never stopped. The limits may be others than before.
 * `TL_ERR_ACD_SNAPSHOT`: it is damaged, of another version, or holds more rows than there is room for.
 */
tl_status tl_stats_restore_init(void *memory,
                                size_t size,
                                const struct tl_stats_limits *limits,
                                const uint8_t *snapshot,
                                size_t len,
                                struct tl_stats **stats);

#if defined(TL_STD)
/** As `tl_stats_new`, with the numbers of a snapshot; see `tl_stats_restore_init`. */
tl_status tl_stats_restore_new(const uint8_t *snapshot, size_t len, struct tl_stats **stats);
#endif

/** Stores the numbers as one: equal for statistics of the same outputs, on every machine. */
tl_status tl_stats_state_hash(const struct tl_stats *stats, uint64_t *hash);

/* ===========================================================================
 * Routing: what statistics say
 *
 * Each function that lists stores as many rows as there is `room` for, and in `count` how many there
 * are; call it with `room` 0 to be told.
 */

/** The calls that joined a queue in an interval, whenever they left it. */
typedef struct tl_stats_traffic {
    /** When the interval begins; `TL_NONE` in a sum over all. */
    tl_time from;
    /** The queue; stale if it was removed. `TL_NONE` in a sum over all. */
    uint64_t queue;
    /** Calls that asked to join. */
    uint64_t offered;
    /** Not let in. */
    uint64_t refused;
    /** Answered. */
    uint64_t answered;
    /** Hung up before that. */
    uint64_t abandoned;
    /** Left otherwise: a timeout, a key, no agents, an overflow. */
    uint64_t left;
    /** Went on to another queue. */
    uint64_t moved;
    /** Answered within the service level. */
    uint64_t answered_in_level;
    /** Abandoned within the service level. */
    uint64_t abandoned_in_level;
    /** Abandoned almost at once. */
    uint64_t short_calls;
    /** Waits in this queue of the calls that left it, in ms. */
    uint64_t waited_ms;
    /** Waits of the answered calls in all queues, in ms. */
    uint64_t answer_ms;
    /** Talk of the completed calls, in ms. */
    uint64_t talked_ms;
    /** Ratings given. */
    uint64_t rated;
    /** Their sum. */
    uint64_t rating;
    /** Conversations that are over. */
    uint64_t completed;
    /** Paperwork after them, in ms. */
    uint64_t wrap_up_ms;
    /** What the calls asked for, in rows by class; else `TL_NONE`. */
    uint64_t call_class;
    /** For later versions; 0. */
    uint64_t reserved;
} tl_stats_traffic;

/** What an agent did. */
typedef struct tl_stats_agent {
    /** The agent; stale if it was removed. `TL_NONE` in a sum. */
    uint64_t agent;
    /** Time available, in ms. */
    uint64_t available_ms;
    /** Time ringing, in ms. */
    uint64_t ringing_ms;
    /** Time talking, in ms. */
    uint64_t talking_ms;
    /** Time in wrap-up, in ms. */
    uint64_t wrap_up_ms;
    /** Time not ready, in ms. */
    uint64_t not_ready_ms;
    /** Offers made. */
    uint64_t offered;
    /** Offers accepted. */
    uint64_t answered;
    /** Offers missed or turned down. */
    uint64_t missed;
    /** Ratings of its calls. */
    uint64_t rated;
    /** Their sum. */
    uint64_t rating;
    /** When the interval begins, in rows by interval; else `TL_NONE`. */
    tl_time from;
    /** For later versions; 0. */
    uint64_t reserved[2];
} tl_stats_agent;

/** What callers said of a queue and an agent. */
typedef struct tl_stats_rating {
    /** The queue. */
    uint64_t queue;
    /** Who answered, or `TL_NONE`. */
    uint64_t agent;
    /** Ratings. */
    uint64_t count;
    /** Their sum. */
    uint64_t sum;
    /** How many gave 0, 1, ..., 10 or more. */
    uint64_t grades[11];
    /** For later versions; 0. */
    uint64_t reserved;
} tl_stats_rating;

/** One call from beginning to end. */
typedef struct tl_stats_call {
    /** The call's tag. */
    uint64_t tag;
    /** When it joined its first queue. */
    tl_time arrived;
    /** Its last queue. */
    uint64_t queue;
    /** Who answered, or `TL_NONE`. */
    uint64_t agent;
    /** When, or `TL_NONE`. */
    tl_time answered;
    /** When it ended. */
    tl_time ended;
    /** Offers made for it. */
    uint32_t offers;
    /** `TL_ACD_LEFT` or `TL_ACD_COMPLETED`. */
    uint32_t end;
    /** The `tl_acd_leave` or `tl_acd_ended_by` that goes with it. */
    uint32_t reason;
    /** The key of an exit, the target of an overflow. */
    uint32_t detail;
    /** For later versions; 0. */
    uint64_t reserved[2];
} tl_stats_call;

/**
 * Stores the service level of a row of traffic, or of a sum of rows, by the definition that is kept
 * with the statistics.
 */
tl_status tl_stats_get_service_level(const tl_stats *stats,
                                     const struct tl_stats_traffic *row,
                                     tl_acd_service_level *level);

/**
 * Stores as many rows of traffic, by interval and queue, as there is `room` for, and in `count` how
 * many there are.
 */
tl_status tl_stats_list_traffic(const tl_stats *stats,
                                struct tl_stats_traffic *rows,
                                size_t room,
                                size_t *count);

/**
 * As `tl_stats_list_traffic`, one row for each agent, up to `until`, which is not before the last
 * output.
 */
tl_status tl_stats_list_agents(const tl_stats *stats,
                               tl_time until,
                               struct tl_stats_agent *rows,
                               size_t room,
                               size_t *count);

/** As `tl_stats_list_traffic`, by interval, queue and class of calls. */
tl_status tl_stats_list_classes(const tl_stats *stats,
                                struct tl_stats_traffic *rows,
                                size_t room,
                                size_t *count);

/**
 * As `tl_stats_list_traffic`, agents by interval, the time of each state split at the seams. A state
 * that lasts still counts from when it ends; an offer counts when it was made.
 */
tl_status tl_stats_list_agent_intervals(const tl_stats *stats,
                                        struct tl_stats_agent *rows,
                                        size_t room,
                                        size_t *count);

/** As `tl_stats_list_traffic`, ratings by queue and agent. */
tl_status tl_stats_list_ratings(const tl_stats *stats,
                                struct tl_stats_rating *rows,
                                size_t room,
                                size_t *count);

/** Stores the next call that has ended, or returns `TL_DONE`. */
tl_status tl_stats_next_call(tl_stats *stats, struct tl_stats_call *call);

/**
 * The caller rated a call that `tl_stats_next_call` gave: counted with its queue, interval and
 * agent.
 */
tl_status tl_stats_rate(tl_stats *stats, const struct tl_stats_call *call, uint32_t rating);

/* ===========================================================================
 * Routing: sums of statistics
 *
 * Rows added up over days, queues and teams, and what follows from a row or from a sum: the average
 * speed of answer, the handling time, the shares that were abandoned or in the service level, occupancy.
 */

/** What follows from a row of traffic, or from a sum. */
typedef struct tl_stats_traffic_figures {
    /** Average speed of answer, in ms; 0 if nothing was answered. */
    uint64_t answer_average_ms;
    /** Average time an agent was busy with a completed call, talk and paperwork, in ms. */
    uint64_t handle_average_ms;
    /** Abandoned calls in thousandths of those offered. */
    uint64_t abandoned_per_mille;
    /** The service level in thousandths; 0 of no calls. */
    uint64_t level_per_mille;
    /** The service level. */
    tl_acd_service_level level;
    /** For later versions; 0. */
    uint64_t reserved[3];
} tl_stats_traffic_figures;

/** What follows from what an agent did, or a team. */
typedef struct tl_stats_agent_figures {
    /** Time logged in, in ms. */
    uint64_t logged_in_ms;
    /** Time talking and in wrap-up, in ms. */
    uint64_t busy_ms;
    /** The same in thousandths of the time at work: logged in, and not away from it by a reason. */
    uint64_t occupancy_per_mille;
    /**
     * Points of a contest: so many for each call answered, less so many for each missed, and the
     * ratings.
     */
    uint64_t points;
    /** For later versions; 0. */
    uint64_t reserved[2];
} tl_stats_agent_figures;

/** As `tl_stats_list_traffic`, of all queues together by interval: `queue` is `TL_NONE`. */
tl_status tl_stats_list_intervals(const tl_stats *stats,
                                  tl_stats_traffic *rows,
                                  size_t room,
                                  size_t *count);

/** As `tl_stats_list_traffic`, of all intervals together by queue: `from` is `TL_NONE`. */
tl_status tl_stats_list_queues(const tl_stats *stats,
                               tl_stats_traffic *rows,
                               size_t room,
                               size_t *count);

/**
 * Stores the sum of the traffic of these queues, `count` of them, in the intervals that begin at
 * `from` or later and before `until`. With a `count` of 0: of all queues. `from` is 0 and `until`
 * `TL_NONE` for all time.
 */
tl_status tl_stats_sum_traffic(const tl_stats *stats,
                               tl_time from,
                               tl_time until,
                               const uint64_t *queues,
                               size_t count,
                               tl_stats_traffic *sum);

/**
 * Stores the sum of what these agents did, a team of `count`, up to `at`, which is not before the last
 * output. With a `count` of 0: of all agents.
 */
tl_status tl_stats_sum_agents(const tl_stats *stats,
                              tl_time at,
                              const uint64_t *agents,
                              size_t count,
                              tl_stats_agent *sum);

/**
 * As `tl_stats_sum_agents`, in the intervals that begin at `from` or later and before `until`: see
 * `tl_stats_list_agent_intervals`.
 */
tl_status tl_stats_sum_agent_intervals(const tl_stats *stats,
                                       tl_time from,
                                       tl_time until,
                                       const uint64_t *agents,
                                       size_t count,
                                       tl_stats_agent *sum);

/**
 * Adds the numbers of a row to another, for sums of one's own. When, which queue and which class stay
 * as they are in `sum`; it may begin as zeros.
 */
tl_status tl_stats_add_traffic(tl_stats_traffic *sum,
                               const tl_stats_traffic *row);

/** As `tl_stats_add_traffic`, what an agent did. Who and when stay as they are in `sum`. */
tl_status tl_stats_add_agent(tl_stats_agent *sum, const tl_stats_agent *row);

/**
 * Stores what follows from a row of traffic, or from a sum; `level` is the `tl_acd_level` that counts.
 * (`tl_stats_get_service_level` counts by the one that is kept with the statistics.)
 */
tl_status tl_stats_get_traffic_figures(const tl_stats_traffic *row,
                                       uint32_t level,
                                       struct tl_stats_traffic_figures *figures);

/**
 * Stores what follows from what an agent did, or a team; with so many points for each call answered and
 * so many less for each missed.
 */
tl_status tl_stats_get_agent_figures(const tl_stats_agent *row,
                                     uint64_t for_answered,
                                     uint64_t for_missed,
                                     struct tl_stats_agent_figures *figures);

/* ===========================================================================
 * Routing: who gets in
 *
 * Before any queue: a list of callers, limits on how often, and a lid on the load. Ask the door,
 * then let the call arrive. Numbers stand for telephone numbers as you like; what you keep in a
 * directory is copied here.
 */

/** Whether a call is let in. */
TL_ENUM(tl_door_verdict, uint32_t) {
    /** Yes, with so many steps of priority in `value`. */
    TL_DOOR_ADMIT = 1,
    /** No: the caller is barred, for the reason in `value`. */
    TL_DOOR_BARRED = 2,
    /** No: the caller, or the number called, has had its share for now. */
    TL_DOOR_TOO_OFTEN = 3,
    /** No: there are too many calls. */
    TL_DOOR_OVERLOAD = 4,
};

/** A door. */
typedef struct tl_door tl_door;

/**
 * A limit alone: at most so many calls of each key in any stretch of time, up to a factor of two at its
 * seams, since they are counted in windows that begin with a key's first call. It forgets the oldest keys
 * first: a flood from many numbers can make it forget, never refuse the innocent.
 */
typedef struct tl_limit tl_limit;

/** How a door works. */
typedef struct tl_door_config {
    /** Set by `tl_door_defaults`. */
    uint32_t struct_size;
    /** Room for callers on the list. Default: 0. */
    uint32_t listed_max;
    /** Callers whose calls are counted; the oldest are forgotten first. Default: 1,024. */
    uint32_t callers;
    /** A caller may call so often... Default: `TL_NONE32`, without limit. */
    uint32_t per_caller;
    /** ... in so long. Default: 60,000. */
    uint32_t per_caller_ms;
    /** Numbers called whose calls are counted. Default: 64. */
    uint32_t numbers;
    /** A number may be called so often... Default: `TL_NONE32`, without limit. */
    uint32_t per_number;
    /** ... in so long. Default: 1,000. */
    uint32_t per_number_ms;
    /** With so many calls in the house, nobody is let in who is not favoured. Default: `TL_NONE32`. */
    uint32_t calls_max;
    /** Must be 0. */
    uint32_t reserved;
} tl_door_config;

/** A caller of whom something is known. */
typedef struct tl_door_listed {
    /** The caller. */
    uint64_t caller;
    /** 1: not to be let in. 0: goes before others, and passes all limits. */
    uint32_t barred;
    /** Barred: the reason, of your own list, at most 65,535. Else so many steps of priority. */
    int32_t value;
} tl_door_listed;

/** Fills in the default configuration: everybody gets in. */
tl_status tl_door_defaults(struct tl_door_config *config, size_t struct_size);
#define tl_door_defaults(config) \
    (tl_door_defaults)((config), sizeof *(config))

/**
 * Stores in `size` how many bytes a door takes. `config` may be NULL for the defaults, here and
 * below.
 */
tl_status tl_door_size(const struct tl_door_config *config, size_t *size);

/** Makes a door in the caller's block of `size` bytes, aligned to `TL_ALIGN`. */
tl_status tl_door_init(void *memory,
                       size_t size,
                       const struct tl_door_config *config,
                       struct tl_door **door);

#if defined(TL_STD)
/** Makes a door in memory from the allocator. */
tl_status tl_door_new(const struct tl_door_config *config, struct tl_door **door);
#endif

/** Ends a door. NULL is fine. */
tl_status tl_door_free(struct tl_door *door);

/** Replaces the list. */
tl_status tl_door_set_list(struct tl_door *door, const struct tl_door_listed *list, size_t count);

/**
 * Judges a call, with so many calls in the house (`tl_acd_live_calls`), and counts it if it is let
 * in. Stores a `tl_door_verdict` in `verdict`, and in `value` what goes with it.
 */
tl_status tl_door_judge(struct tl_door *door,
                        tl_time now,
                        uint64_t caller,
                        uint64_t called,
                        uint32_t live_calls,
                        uint32_t *verdict,
                        int32_t *value);

/** Stores in `size` how many bytes a limit takes that remembers so many keys. */
tl_status tl_limit_size(uint32_t keys, size_t *size);

/**
 * Makes a limit of `most` calls of a key in `window_ms` in the caller's block of `size` bytes, aligned to
 * `TL_ALIGN`, that remembers so many keys; without any it limits nothing.
 */
tl_status tl_limit_init(void *memory,
                        size_t size,
                        uint32_t keys,
                        uint32_t most,
                        uint64_t window_ms,
                        struct tl_limit **limit);

#if defined(TL_STD)
/** As `tl_limit_init`, in memory from the allocator. */
tl_status tl_limit_new(uint32_t keys, uint32_t most, uint64_t window_ms, struct tl_limit **limit);
#endif

/** Ends a limit. NULL is fine. */
tl_status tl_limit_free(struct tl_limit *limit);

/**
 * Counts a call of `key`, any number that stands for a caller, if it is allowed: stores 1 in `allowed`
 * then, else 0.
 */
tl_status tl_limit_allows(struct tl_limit *limit,
                          uint64_t key,
                          tl_time now,
                          uint32_t *allowed);

/* ===========================================================================
 * Routing: working hours
 *
 * Whether it is open at an instant: weekly hours with several periods a day, holidays and make-up
 * working days, and the time zone as a list of its changes of offset. The library knows no time zones:
 * hand in their changes.
 */

/** What holds on a special date. */
TL_ENUM(tl_day_rule, uint32_t) {
    /** Closed all day, for the reason in `value`, of your own list, at most 65,535. */
    TL_DAY_CLOSED = 0,
    /** The hours of the day of the week in `value`, 0 for Monday: a make-up working day. */
    TL_DAY_AS = 1,
    /** Hours of its own: `periods`. */
    TL_DAY_HOURS = 2,
};

/** Whether it is open. */
TL_ENUM(tl_calendar_state, uint32_t) {
    /** Working hours. */
    TL_CALENDAR_OPEN = 1,
    /** Closed: before the first or after the last period of the day. */
    TL_CALENDAR_OUT_OF_HOURS = 2,
    /** Closed: between two periods of the day. */
    TL_CALENDAR_BREAK = 3,
    /** Closed: a day without any. */
    TL_CALENDAR_DAY_OFF = 4,
    /** Closed: a date with `TL_DAY_CLOSED`. */
    TL_CALENDAR_HOLIDAY = 5,
};

/** Working hours, ready to be asked. */
typedef struct tl_calendar tl_calendar;

/**
 * Part of a day, in minutes since local midnight. Hours over midnight are two periods, one to 1,440
 * and one from 0 of the next day.
 */
typedef struct tl_period {
    /** The first minute. */
    uint16_t start;
    /** The minute after the last, at most 1,440. */
    uint16_t end;
} tl_period;

/** From an instant on, local time is so much ahead of UTC. */
typedef struct tl_offset {
    /** When the offset begins to hold. */
    tl_time from;
    /** Seconds ahead of UTC; negative in the west. */
    int32_t seconds;
    /** Must be 0. */
    uint32_t reserved;
} tl_offset;

/** A date that is not like its day of the week. */
typedef struct tl_day {
    /** Its year. */
    int16_t year;
    /** Its month, from 1 to 12. */
    uint8_t month;
    /** Its day, from 1 to 31. */
    uint8_t day;
    /** A `tl_day_rule`. */
    uint32_t rule;
    /** What goes with it. */
    uint32_t value;
    /** How many periods. */
    uint32_t period_count;
    /** Its periods, in order. */
    const struct tl_period *periods;
} tl_day;

/** Working hours. Everything is copied where they are used. */
typedef struct tl_calendar_config {
    /** Set by `tl_calendar_defaults`. */
    uint32_t struct_size;
    /** How many periods Monday has, ..., Sunday. Default: 0, a day off. */
    uint32_t week_count[7];
    /** The periods of Monday, ..., Sunday, each in order. */
    const struct tl_period *week[7];
    /**
     * Changes of the offset from UTC, in order; before the first, its offset holds too. Default:
     * none, UTC.
     */
    const struct tl_offset *offsets;
    /** How many. */
    size_t offset_count;
    /** Dates that differ. Default: none. */
    const struct tl_day *days;
    /** How many. */
    size_t day_count;
} tl_calendar_config;

/** Fills in hours that are never open. */
tl_status tl_calendar_defaults(struct tl_calendar_config *config, size_t struct_size);
#define tl_calendar_defaults(config) \
    (tl_calendar_defaults)((config), sizeof *(config))

/**
 * Stores in `size` how many bytes these working hours take. `config` may be NULL for the defaults,
 * here and below.
 */
tl_status tl_calendar_size(const struct tl_calendar_config *config, size_t *size);

/**
 * Makes a calendar in the caller's block of `size` bytes, aligned to `TL_ALIGN`; `config` is copied.
 * `TL_ERR_ACD_CONFIG`: periods or offsets out of order, or a date twice.
 */
tl_status tl_calendar_init(void *memory,
                           size_t size,
                           const struct tl_calendar_config *config,
                           struct tl_calendar **calendar);

#if defined(TL_STD)
/** The same in memory from the allocator. */
tl_status tl_calendar_new(const struct tl_calendar_config *config, struct tl_calendar **calendar);
#endif

/** Ends a calendar. NULL is fine. */
tl_status tl_calendar_free(struct tl_calendar *calendar);

/**
 * Stores whether it is open at an instant, a `tl_calendar_state`, and in `reason` that of a holiday,
 * else 0.
 */
tl_status tl_calendar_get_state(const struct tl_calendar *calendar,
                                tl_time at,
                                uint32_t *state,
                                uint32_t *reason);

/**
 * Stores when the state is another one for the first time after an instant; `TL_NONE` when that is
 * not within two years.
 */
tl_status tl_calendar_next_change(const struct tl_calendar *calendar, tl_time at, tl_time *then);

/**
 * Stores the first instant from this one on at which it is open; `TL_NONE` when there is none within
 * two years.
 */
tl_status tl_calendar_next_open(const struct tl_calendar *calendar,
                                tl_time at,
                                tl_time *then);

/** Stores the date of an instant, by the calendar's own clock: days since 1970-01-01. */
tl_status tl_calendar_get_date(const struct tl_calendar *calendar, tl_time at, int32_t *days);

/**
 * Stores the days from 1970-01-01 to the day of a year, month from 1 to 12 and day of the month from
 * 1 to 31; days past the end of a month run into the next one.
 */
tl_status tl_calendar_days(int32_t year,
                           uint32_t month,
                           uint32_t day,
                           int32_t *days);

/* ===========================================================================
 * Routing: on-duty groups
 *
 * Agents who are members of a queue in the hours of a calendar, and not outside them.
 */

/** One agent of an on-duty group. */
typedef struct tl_acd_duty {
    /** The agent. */
    uint64_t agent;
    /** Its place in the queue while on duty; NULL for the defaults. */
    const tl_acd_membership *place;
} tl_acd_duty;

/**
 * Makes the next change that is due at an instant, that of these agents a queue has those on duty: in
 * the hours of the calendar one of them joins it, outside them one leaves. Stores who in `agent`;
 * `TL_DONE` when nothing is due. Call it until then, with the outputs polled after each change (an
 * offer ends when its agent goes off duty; a conversation goes on), and again no later than
 * `tl_calendar_next_change` says. `TL_ERR_ACD_NO_AGENT`: one of them is no more.
 */
tl_status tl_acd_keep_duty(tl_acd *acd,
                           const tl_calendar *calendar,
                           tl_time at,
                           uint64_t queue,
                           const struct tl_acd_duty *group,
                           size_t count,
                           uint64_t *agent);

/* ===========================================================================
 * Routing: calling out
 *
 * A campaign goes through a list of contacts: whom to dial next and when again, how many at a time,
 * and when to stop. It dials nobody outside the hours of the contact's own zone, nobody on its
 * do-not-call list, nobody more often than its rules say, and never so many that the share of answered
 * calls without an agent could exceed its cap. An answered call then arrives in a queue of the engine.
 */

/** How a campaign dials. */
TL_ENUM(tl_campaign_mode, uint32_t) {
    /** The agent sees the contact first and starts the call: one dial for each agent. */
    TL_CAMPAIGN_PREVIEW = 0,
    /** One dial for each idle agent, at once. */
    TL_CAMPAIGN_PROGRESSIVE = 1,
    /** More dials than idle agents, because not everybody answers, as far as the cap lets it. */
    TL_CAMPAIGN_PREDICTIVE = 2,
};

/** A campaign. */
typedef struct tl_campaign tl_campaign;

/** When a contact is called again after one outcome. */
typedef struct tl_campaign_retry {
    /** After so long, in ms. */
    uint64_t after_ms;
    /** Up to so many tries in all, at most 255. */
    uint32_t tries;
    /** Must be 0. */
    uint32_t reserved;
} tl_campaign_retry;

/** How a campaign works, and how much it holds: its whole memory is taken from this, once. */
typedef struct tl_campaign_config {
    /** Set by `tl_campaign_defaults`. */
    uint32_t struct_size;
    /** Room for contacts. Default: 1,000. */
    uint32_t contacts;
    /** Room for numbers that are not to be called and are no contact's. Default: 1,000. */
    uint32_t do_not_call;
    /** A `tl_campaign_mode`. Default: progressive. */
    uint32_t mode;
    /** Predictive: so many dials for 100 agents, 100 to 65,535. Default: 150. */
    uint32_t dials_per_100_agents;
    /** The `tl_campaign_mode` while it is intensified. Default: `TL_NONE32`, no other. */
    uint32_t intensified_mode;
    /** The dials for 100 agents then. Default: 200. */
    uint32_t intensified_dials_per_100_agents;
    /**
     * The share of answered calls without an agent that it must not exceed, in thousandths.
     * Default: 30.
     */
    uint32_t cap_per_mille;
    /** Preview: an agent has so long to start the call. Default: 60,000. */
    uint32_t preview_ms;
    /** Preview: a contact an agent passed over is shown again after so long. Default: 3,600,000. */
    uint32_t skip_ms;
    /**
     * More complaints than this suspend the campaign. Default: `TL_NONE32`, it never stops and never
     * does more of itself, and the next three count for nothing.
     */
    uint32_t complaints_max;
    /**
     * A smaller share of successes than this, in thousandths of the contacts, suspends it. Default:
     * 0.
     */
    uint32_t success_min_per_mille;
    /** A larger share than this, without a complaint, intensifies it. Default: 1,000. */
    uint32_t success_high_per_mille;
    /** Shares say nothing before so many contacts. Default: 100. */
    uint32_t sample_min;
    /**
     * Agents shared with those who call in: it starts to dial when so many thousandths of them are
     * idle. Default: `TL_NONE32`, all agents are its own, and the next two count for nothing.
     */
    uint32_t blend_on_per_mille;
    /** It stops when no more than so many are. Default: 0. */
    uint32_t blend_off_per_mille;
    /** So many idle agents are kept for those who call in. Default: 0. */
    uint32_t blend_reserve;
    /** How many zones. */
    uint32_t zone_count;
    /** The contact answered and no agent was there. Default: the next day, 2 tries. */
    struct tl_campaign_retry abandoned;
    /** Busy. Default: ten minutes, 3 tries. */
    struct tl_campaign_retry busy;
    /** Nobody answered. Default: four hours, 3 tries. */
    struct tl_campaign_retry no_answer;
    /** A machine answered. Default: four hours, 3 tries. */
    struct tl_campaign_retry machine;
    /** The network refused. Default: two minutes, 3 tries. */
    struct tl_campaign_retry congestion;
    /**
     * The hours in which contacts may be called, a pointer for each zone; copied. Default: none, so
     * that no contact can be added.
     */
    const tl_calendar_config *const *zones;
    /**
     * The cap is for so long, from the first input on; then, at that very instant, the next period
     * begins with a new record. At most 49 days. Default: `TL_NONE32`, only
     * `tl_campaign_start_period` begins one.
     */
    uint32_t period_ms;
    /** Must be 0. */
    uint32_t reserved;
} tl_campaign_config;

/** Fills in the default configuration. */
tl_status tl_campaign_defaults(struct tl_campaign_config *config, size_t struct_size);
#define tl_campaign_defaults(config) \
    (tl_campaign_defaults)((config), sizeof *(config))

/**
 * Stores in `size` how many bytes a campaign takes. `config` may be NULL for the defaults, here and
 * below.
 */
tl_status tl_campaign_size(const struct tl_campaign_config *config, size_t *size);

/** Makes a campaign in the caller's block of `size` bytes, aligned to `TL_ALIGN`. */
tl_status tl_campaign_init(void *memory,
                           size_t size,
                           const struct tl_campaign_config *config,
                           struct tl_campaign **campaign);

#if defined(TL_STD)
/** The same in memory from the allocator. */
tl_status tl_campaign_new(const struct tl_campaign_config *config, struct tl_campaign **campaign);
#endif

/**
 * As `tl_campaign_init`, in the state of a snapshot of `len` bytes: the campaign goes on as if it had
 * never stopped. Of `config` the room, which may be more than there was, and the zones count, which
 * are as many, at least, as contacts refer to; how it works is in the snapshot.
 */
tl_status tl_campaign_restore_init(void *memory,
                                   size_t size,
                                   const struct tl_campaign_config *config,
                                   const uint8_t *snapshot,
                                   size_t len,
                                   struct tl_campaign **campaign);

#if defined(TL_STD)
/** As `tl_campaign_new`, in the state of a snapshot; see `tl_campaign_restore_init`. */
tl_status tl_campaign_restore_new(const struct tl_campaign_config *config,
                                  const uint8_t *snapshot,
                                  size_t len,
                                  struct tl_campaign **campaign);
#endif

/**
 * Writes the whole state into `bytes`, which has room for `room`, and stores its length in `len`; when
 * the room is too small, returns `TL_ERR_BUFFER`. Outputs must be polled first.
 */
tl_status tl_campaign_snapshot(const struct tl_campaign *campaign,
                               uint8_t *bytes,
                               size_t room,
                               size_t *len);

/** Stores the state as one number: equal for campaigns that were told the same, on every machine. */
tl_status tl_campaign_state_hash(const struct tl_campaign *campaign, uint64_t *hash);

/** Ends a campaign. NULL is fine. */
tl_status tl_campaign_free(struct tl_campaign *campaign);

/* ===========================================================================
 * Routing: the contacts of a campaign
 */

/** Somebody to be called. */
typedef struct tl_campaign_contact {
    /** Set by `tl_campaign_contact_defaults`. */
    uint32_t struct_size;
    /**
     * The hours in which it may be called: its place in the campaign's zones, at most 65,535.
     * Default: 0.
     */
    uint32_t zone;
    /** Your own name for the contact; comes back in every output about it. */
    uint64_t tag;
    /** The number to call, or any number that stands for it; no two contacts share one. */
    uint64_t number;
    /** Not to be called before this instant. Default: 0. */
    tl_time not_before;
    /** Of those due at the same instant the higher goes first. Default: 0. */
    int32_t priority;
    /** Must be 0. */
    uint32_t reserved;
} tl_campaign_contact;

/** How far a campaign is, and what its dials of the period came to. */
typedef struct tl_campaign_info {
    /** Contacts in the list. */
    uint32_t contacts;
    /** Those of them that will not be called again. */
    uint32_t done;
    /** Dials that have not come to anything yet. */
    uint32_t dialling;
    /** 1: it must not dial, told so or by its own decision. */
    uint32_t suspended;
    /** Dials that people answered. */
    uint64_t live;
    /** Those of them for whom no agent was there in time. */
    uint64_t abandoned;
    /** Dials that nobody answered, or a machine. */
    uint64_t unanswered;
    /** 1: it may dial more than usual. */
    uint32_t intensified;
    /** 0. */
    uint32_t reserved32;
    /** Dials of the cap's period before this one that people answered. */
    uint64_t last_live;
    /** Those of them for whom no agent was there in time. */
    uint64_t last_abandoned;
} tl_campaign_info;

/** Fills in the default contact. */
tl_status tl_campaign_contact_defaults(struct tl_campaign_contact *contact, size_t struct_size);
#define tl_campaign_contact_defaults(contact) \
    (tl_campaign_contact_defaults)((contact), sizeof *(contact))

/**
 * Adds a contact to the list, and stores in `number` what names it from now on: its place in the
 * list, from 0 on.
 */
tl_status tl_campaign_add(tl_campaign *campaign,
                          const struct tl_campaign_contact *contact,
                          uint32_t *number);

/**
 * As `tl_campaign_add`, a contact that was dialled `tries` times before, which count against its
 * retries: a list that is taken up again where another system, or another day, left it.
 */
tl_status tl_campaign_add_dialled(tl_campaign *campaign,
                                  const struct tl_campaign_contact *contact,
                                  uint32_t tries,
                                  uint32_t *number);

/** Stores a contact, and in `tries`, which may be NULL, how often it was dialled. */
tl_status tl_campaign_get_contact(const tl_campaign *campaign,
                                  uint32_t number,
                                  struct tl_campaign_contact *contact,
                                  uint32_t *tries,
                                  size_t struct_size);
#define tl_campaign_get_contact(campaign, number, contact, tries) \
    (tl_campaign_get_contact)((campaign), (number), (contact), (tries), sizeof *(contact))

/** Stores how far a campaign is. */
tl_status tl_campaign_get_info(const tl_campaign *campaign, struct tl_campaign_info *info);

/* ===========================================================================
 * Routing: dialling
 *
 * Tell the campaign what happened, with the time, then take what it says with `tl_campaign_poll` until
 * `TL_DONE`, and call `tl_campaign_tick` no later than `tl_campaign_deadline`.
 */

/** What a dial came to. */
TL_ENUM(tl_campaign_outcome, uint32_t) {
    /** An agent spoke with the contact. */
    TL_CAMPAIGN_REACHED = 1,
    /** The contact answered and no agent was there. */
    TL_CAMPAIGN_ABANDONED = 2,
    /** Busy. */
    TL_CAMPAIGN_BUSY = 3,
    /** It rang and nobody answered. */
    TL_CAMPAIGN_NO_ANSWER = 4,
    /** A machine answered. */
    TL_CAMPAIGN_MACHINE = 5,
    /** The network refused for the moment. */
    TL_CAMPAIGN_CONGESTION = 6,
    /** No such number. */
    TL_CAMPAIGN_INVALID = 7,
    /** The contact does not want to be called, now or ever. */
    TL_CAMPAIGN_DO_NOT_CALL = 8,
};

/** What an output is about, and which fields of `tl_campaign_output` it fills in besides `kind`. */
TL_ENUM(tl_campaign_output_kind, uint32_t) {
    /** A kind newer than this header: skip it. */
    TL_CAMPAIGN_UNKNOWN = 0,
    /**
     * Show this contact to an idle agent, and answer `tl_campaign_start` or `_skip`: contact, tag,
     * tries (which one it would be).
     */
    TL_CAMPAIGN_SHOW = 1,
    /** The agent has taken too long, show the contact no longer: contact, tag. */
    TL_CAMPAIGN_SHOW_OVER = 2,
    /** Dial: contact, tag, number, tries (which one it is). */
    TL_CAMPAIGN_DIAL = 3,
    /**
     * A contact will not be called again: contact, tag, reason (the `tl_campaign_outcome` of its
     * last try), tries.
     */
    TL_CAMPAIGN_CONTACT_DONE = 4,
    /** The campaign has decided about itself: reason (`tl_campaign_decision`). */
    TL_CAMPAIGN_DECIDED = 5,
    /** Every contact is done. */
    TL_CAMPAIGN_EXHAUSTED = 6,
};

/** What a campaign has decided. */
TL_ENUM(tl_campaign_decision, uint32_t) {
    /** Too many complaints: it is suspended. */
    TL_CAMPAIGN_SUSPENDED_BY_COMPLAINTS = 1,
    /** Too few successes: it is suspended. */
    TL_CAMPAIGN_SUSPENDED_BY_FAILURE = 2,
    /** Many successes and no complaint: it may dial more. */
    TL_CAMPAIGN_INTENSIFIED = 3,
};

/** One thing to do or to know. */
typedef struct tl_campaign_output {
    /** A `tl_campaign_output_kind`. */
    uint32_t kind;
    /** The contact, else `TL_NONE32`. */
    uint32_t contact;
    /** The contact's tag. */
    uint64_t tag;
    /** The contact's number. */
    uint64_t number;
    /** Tries, this one included. */
    uint32_t tries;
    /** A value of the enum that the kind names. */
    uint32_t reason;
    /** For later versions; 0. */
    uint64_t reserved[2];
} tl_campaign_output;

/** Nothing but time. */
tl_status tl_campaign_tick(tl_campaign *campaign, tl_time now);

/**
 * So many of the campaign's agents could take a call now, of so many logged in; an agent whose preview
 * or dial is under way counts as idle. Tell each change.
 */
tl_status tl_campaign_staff(tl_campaign *campaign,
                            tl_time now,
                            uint32_t idle,
                            uint32_t at_work);

/** Preview: the agent starts the call. `TL_ERR_ACD_NOT_NOW`: the contact must not be called now. */
tl_status tl_campaign_start(tl_campaign *campaign, tl_time now, uint32_t contact);

/** Preview: the agent passes over the contact. */
tl_status tl_campaign_skip(tl_campaign *campaign, tl_time now, uint32_t contact);

/** A person answered the dial, and an agent was there in time (`served` is not 0) or not. */
tl_status tl_campaign_answered(tl_campaign *campaign,
                               tl_time now,
                               uint32_t contact,
                               uint32_t served);

/**
 * The dial came to nothing, and nobody spoke: `outcome` is a `tl_campaign_outcome` other than reached,
 * abandoned and do not call.
 */
tl_status tl_campaign_failed(tl_campaign *campaign,
                             tl_time now,
                             uint32_t contact,
                             uint32_t outcome);

/** The conversation is over, a success if `success` is not 0, as you count it. */
tl_status tl_campaign_ended(tl_campaign *campaign, tl_time now, uint32_t contact, uint32_t success);

/** The contact complained, at whatever time: it counts, once, and it is not called again. */
tl_status tl_campaign_complaint(tl_campaign *campaign, tl_time now, uint32_t contact);

/** This number is not to be called again, be it a contact's or not. */
tl_status tl_campaign_do_not_call(tl_campaign *campaign, tl_time now, uint64_t number);

/** Stop dialling; what is under way goes on. */
tl_status tl_campaign_suspend(tl_campaign *campaign, tl_time now);

/** Go on, after `tl_campaign_suspend` or when it stopped of itself, with a new record. */
tl_status tl_campaign_resume(tl_campaign *campaign, tl_time now);

/** A new period of the cap begins. */
tl_status tl_campaign_start_period(tl_campaign *campaign, tl_time now);

/** Stores the next output in `output`, or returns `TL_DONE` when there is none. */
tl_status tl_campaign_poll(tl_campaign *campaign, struct tl_campaign_output *output);

/**
 * Stores in `at` when the campaign wants `tl_campaign_tick` at the latest; `TL_NONE` when not before
 * the next input.
 */
tl_status tl_campaign_deadline(const tl_campaign *campaign,
                               tl_time *at);

/* ===========================================================================
 * Routing: calling out with a list of your own
 *
 * What a campaign keeps to, alone, for who keeps the list elsewhere. A pacer says how many calls may be
 * dialled now, so that the share of answered calls without an agent cannot exceed a cap, whoever
 * answers. A guard says when to stop: too many complaints, too few successes.
 */

/** Says when to stop, and when more may be done. */
typedef struct tl_guard tl_guard;

/** Says how many calls may be dialled. */
typedef struct tl_pacer tl_pacer;

/** How a pacer paces. */
typedef struct tl_pacer_config {
    /** Set by `tl_pacer_defaults`. */
    uint32_t struct_size;
    /** A `tl_campaign_mode`. Default: progressive. */
    uint32_t mode;
    /** Predictive: so many dials for 100 agents, 100 to 65,535. Default: 150. */
    uint32_t dials_per_100_agents;
    /**
     * The share of answered calls without an agent that must not be exceeded, in thousandths.
     * Default: 30.
     */
    uint32_t cap_per_mille;
} tl_pacer_config;

/** What the dials of a period came to. */
typedef struct tl_pacer_counters {
    /** Dials that have not come to anything yet. */
    uint64_t dialling;
    /** Dials that people answered. */
    uint64_t live;
    /** Those of them for whom no agent was there in time. */
    uint64_t abandoned;
    /** Dials that nobody answered, or a machine. */
    uint64_t unanswered;
    /** For later versions; 0. */
    uint64_t reserved[2];
} tl_pacer_counters;

/** The limits of a guard. */
typedef struct tl_guard_config {
    /** Set by `tl_guard_defaults`. */
    uint32_t struct_size;
    /** More complaints than this suspend. Default: 10. */
    uint32_t complaints_max;
    /** A smaller share of successes than this, in thousandths of the contacts, suspends. Default: 0. */
    uint32_t success_min_per_mille;
    /** A larger share than this, without a complaint, intensifies. Default: 1,000. */
    uint32_t success_high_per_mille;
    /** Shares say nothing before so many contacts. Default: 100. */
    uint32_t sample_min;
    /** Must be 0. */
    uint32_t reserved;
} tl_guard_config;

/** Fills in the default configuration. */
tl_status tl_pacer_defaults(struct tl_pacer_config *config, size_t struct_size);
#define tl_pacer_defaults(config) \
    (tl_pacer_defaults)((config), sizeof *(config))

/** How many bytes a pacer takes. */
size_t tl_pacer_size(void);

/**
 * Makes a pacer at the start of its period in the caller's block of `size` bytes, aligned to
 * `TL_ALIGN`. `config` may be NULL for the defaults.
 */
tl_status tl_pacer_init(void *memory,
                        size_t size,
                        const struct tl_pacer_config *config,
                        struct tl_pacer **pacer);

#if defined(TL_STD)
/** Makes a pacer in memory from the allocator. `config` may be NULL for the defaults. */
tl_status tl_pacer_new(const struct tl_pacer_config *config, struct tl_pacer **pacer);
#endif

/** Ends a pacer. NULL is fine. */
tl_status tl_pacer_free(struct tl_pacer *pacer);

/**
 * Stores in `dials` how many more calls may be dialled now, with so many agents idle and set aside
 * for them.
 */
tl_status tl_pacer_dials(const struct tl_pacer *pacer, uint32_t idle, uint32_t *dials);

/** A call is dialled; `TL_ERR_ACD_NOT_NOW` if it must not be. */
tl_status tl_pacer_dial(struct tl_pacer *pacer, uint32_t idle);

/** A dial was answered by a person, and an agent was there in time, or with `served` 0 was not. */
tl_status tl_pacer_answered(struct tl_pacer *pacer, uint32_t served);

/** A dial came to nothing: busy, no answer, a machine. */
tl_status tl_pacer_unanswered(struct tl_pacer *pacer);

/**
 * As `tl_pacer_answered`, of a dial that was made before the period began: it counts in the period
 * before.
 */
tl_status tl_pacer_answered_before(struct tl_pacer *pacer, uint32_t served);

/** As `tl_pacer_unanswered`, of a dial that was made before the period began. */
tl_status tl_pacer_unanswered_before(struct tl_pacer *pacer);

/** A new period begins: what is being dialled goes on, the record starts again. */
tl_status tl_pacer_start_period(struct tl_pacer *pacer);

/** Stores what the dials of the period came to. */
tl_status tl_pacer_get_counters(const struct tl_pacer *pacer, struct tl_pacer_counters *counters);

/** The same of the period before this one, with what its dials have come to since. */
tl_status tl_pacer_get_last_period(const struct tl_pacer *pacer,
                                   struct tl_pacer_counters *counters);

/** Fills in the default limits. */
tl_status tl_guard_defaults(struct tl_guard_config *config, size_t struct_size);
#define tl_guard_defaults(config) \
    (tl_guard_defaults)((config), sizeof *(config))

/** How many bytes a guard takes. */
size_t tl_guard_size(void);

/**
 * Makes a guard without a record in the caller's block of `size` bytes, aligned to `TL_ALIGN`. `config`
 * may be NULL for the defaults.
 */
tl_status tl_guard_init(void *memory,
                        size_t size,
                        const struct tl_guard_config *config,
                        struct tl_guard **guard);

#if defined(TL_STD)
/** Makes a guard in memory from the allocator. `config` may be NULL for the defaults. */
tl_status tl_guard_new(const struct tl_guard_config *config, struct tl_guard **guard);
#endif

/** Ends a guard. NULL is fine. */
tl_status tl_guard_free(struct tl_guard *guard);

/**
 * Somebody was reached, successfully or with `success` 0 not. Stores in `event` what that leads to, a
 * `tl_campaign_decision`, or 0: it is said once.
 */
tl_status tl_guard_contact(struct tl_guard *guard,
                           uint32_t success,
                           uint32_t *event);

/** Somebody complained; as `tl_guard_contact`. */
tl_status tl_guard_complaint(struct tl_guard *guard, uint32_t *event);

/** What was suspended goes on, with a new record. */
tl_status tl_guard_resume(struct tl_guard *guard);

/**
 * Stores 1 in `suspended` if nobody must be dialled, and in `intensified`, which may be NULL, if more
 * than usual may be; else 0.
 */
tl_status tl_guard_get_state(const struct tl_guard *guard,
                             uint32_t *suspended,
                             uint32_t *intensified);

/* ===========================================================================
 * Routing: rules of calling out, alone
 *
 * When to try again, whom to spare for it, and whom not to call: a campaign's own rules, for who keeps
 * the list and dials elsewhere.
 */

/** A list of numbers that must not be called. */
typedef struct tl_do_not_call tl_do_not_call;

/**
 * Gives idle agents of a mixed group to calls out when enough are idle, and takes them back when few
 * are. A struct of yours, to be kept as it is between calls.
 */
typedef struct tl_blend {
    /** Starts when so many thousandths of the agents are idle. */
    uint16_t on_per_mille;
    /** Stops when no more than so many are. */
    uint16_t off_per_mille;
    /** So many idle agents are kept for those who call in. */
    uint32_t reserve;
    /** Other than 0: it has started. 0 at first. */
    uint32_t dialling;
} tl_blend;

/**
 * Stores in `next` when to call again after this `tl_campaign_outcome` of try number `tries`, from 1,
 * inside the hours in which the contact may be called; or returns `TL_DONE`, and `next` is `TL_NONE`:
 * never again. Of `config` the retry rules alone count; it may be NULL for the defaults.
 */
tl_status tl_campaign_next_try(const tl_campaign_config *config,
                               uint32_t outcome,
                               uint32_t tries,
                               tl_time now,
                               const tl_calendar *hours,
                               tl_time *next);

/** Stores in `spare` how many of the idle agents may be used for calling out, of so many at work. */
tl_status tl_blend_spare(struct tl_blend *blend, uint32_t idle, uint32_t at_work, uint32_t *spare);

/** Stores in `size` how many bytes a list takes that has room for so many numbers. */
tl_status tl_do_not_call_size(uint32_t numbers, size_t *size);

/**
 * Makes an empty list with room for so many numbers in the caller's block of `size` bytes, aligned to
 * `TL_ALIGN`.
 */
tl_status tl_do_not_call_init(void *memory,
                              size_t size,
                              uint32_t numbers,
                              struct tl_do_not_call **do_not_call);

#if defined(TL_STD)
/** As `tl_do_not_call_init`, in memory from the allocator. */
tl_status tl_do_not_call_new(uint32_t numbers, struct tl_do_not_call **do_not_call);
#endif

/** Ends a list. NULL is fine. */
tl_status tl_do_not_call_free(struct tl_do_not_call *do_not_call);

/**
 * Puts a number on the list. Stores 0 in `added`, which may be NULL, if it was on it, else 1.
 * `TL_ERR_ACD_FULL` when there is no room. The list is kept in order: quick when numbers come in it.
 */
tl_status tl_do_not_call_add(struct tl_do_not_call *do_not_call,
                             uint64_t number,
                             uint32_t *added);

/** Stores 1 in `contained` if the number is on the list, else 0. */
tl_status tl_do_not_call_contains(const struct tl_do_not_call *do_not_call,
                                  uint64_t number,
                                  uint32_t *contained);

/* ===========================================================================
 * Routing: how many agents it takes
 *
 * Erlang B, C and A, and callers who wait only so long. The only floating-point numbers of this
 * library; no decision depends on them.
 */

/** How long callers wait before they give up. */
TL_ENUM(tl_staffing_patience, uint32_t) {
    /** As long as it takes: Erlang C. */
    TL_PATIENCE_ENDLESS = 0,
    /** `patience_s` on average, exponentially distributed: Erlang A. */
    TL_PATIENCE_MEAN = 1,
    /** Exactly `patience_s`: a queue with a longest wait. */
    TL_PATIENCE_EXACTLY = 2,
};

/** What comes in. */
typedef struct tl_staffing_load {
    /** Set by `tl_staffing_defaults`. */
    uint32_t struct_size;
    /** A `tl_staffing_patience`. Default: endless. */
    uint32_t patience;
    /** Calls an hour. Default: 0, to be set. */
    double calls_per_hour;
    /** Seconds an agent is busy with each: talk and wrap-up. Default: 0, to be set. */
    double handle_s;
    /** Seconds, as `patience` says. Default: 0. */
    double patience_s;
} tl_staffing_load;

/** What comes of it, in the long run. */
typedef struct tl_staffing_service {
    /** Share of the calls that do not find a free agent. */
    double wait_probability;
    /** Share of the calls that give up. */
    double abandoned;
    /** Calls answered within the given time, as a share of all calls. */
    double in_level;
    /** The same as a share of the answered calls. */
    double in_level_of_answered;
    /** Average wait of all calls, in seconds. */
    double wait_s;
    /** Average wait of the answered calls, in seconds. */
    double answer_s;
    /** Calls waiting, on average. */
    double queue;
    /** Share of their time the agents are busy. */
    double occupancy;
} tl_staffing_service;

/** Fills in the defaults; the load is still to be set. */
tl_status tl_staffing_defaults(struct tl_staffing_load *load, size_t struct_size);
#define tl_staffing_defaults(load) \
    (tl_staffing_defaults)((load), sizeof *(load))

/**
 * Stores what so many agents give to a load; a call answered within `within_s` seconds is in the
 * service level.
 */
tl_status tl_staffing_get_service(const struct tl_staffing_load *load,
                                  uint32_t agents,
                                  double within_s,
                                  struct tl_staffing_service *found);

/**
 * Stores the fewest agents that answer a share of all calls (between 0 and 1) within `within_s`
 * seconds.
 */
tl_status tl_staffing_agents(const struct tl_staffing_load *load,
                             double share,
                             double within_s,
                             uint32_t *agents);

/** Stores the share of calls that find all `lines` busy, where there is no queue: Erlang B. */
tl_status tl_staffing_blocked(uint32_t lines, double erlangs, double *blocked);

/**
 * Stores in `starts` how many agents begin a shift of `shift` intervals at each of `intervals`
 * intervals, so that as many are there as `needs` says with the fewest shifts, and in `total`
 * their number.
 */
tl_status tl_staffing_roster(const uint32_t *needs,
                             size_t intervals,
                             size_t shift,
                             uint32_t *starts,
                             uint64_t *total);

/* ===========================================================================
 * Routing: a call centre from a text
 *
 * Queues, rules, agents and limits written down in TOML or JSON, with the fields of the structs above by
 * their own names, and the values of their enums as words (docs/c-api.md has the whole of it):
 *
 * [[queue]]
 * name = "sales"
 * strategy = "round-robin"
 * wrap_up_ms = 5000
 *
 * [[agent]]
 * name = "ann"
 * tag = 101
 * queues = ["sales"]
 */

#if defined(TL_STD)

/** A text that was read: the call centre it describes, and what is wrong with it. */
typedef struct tl_acd_text tl_acd_text;

/**
 * Reads a text of `len` bytes: JSON if it begins with a brace, else TOML. `file` is the name that
 * messages show, with a NUL; it may be NULL. A text with errors gives an object too: ask it for its
 * messages.
 */
tl_status tl_acd_text_new(const char *source,
                          size_t len,
                          const char *file,
                          struct tl_acd_text **read);

/** How many bytes a text that was read takes. What it says is kept in memory from the allocator. */
size_t tl_acd_text_size(void);

/** As `tl_acd_text_new`, in the caller's block of `size` bytes, aligned to `TL_ALIGN`. */
tl_status tl_acd_text_init(void *memory,
                           size_t size,
                           const char *source,
                           size_t len,
                           const char *file,
                           struct tl_acd_text **read);

/** Ends a text that was read. NULL is fine. */
tl_status tl_acd_text_free(struct tl_acd_text *read);

/**
 * Stores where the messages are, `*len` bytes of text without a NUL that live as long as the object:
 * one line for each error, with file and line. None is 0 bytes.
 */
tl_status tl_acd_text_messages(const struct tl_acd_text *read,
                               const char **messages,
                               size_t *len);

/**
 * Stores the limits of the call centre: those of the text, raised to what it needs itself. With
 * errors in the text: `TL_ERR_ACD_TEXT`, here and below.
 */
tl_status tl_acd_text_limits(const struct tl_acd_text *read,
                             tl_acd_limits *limits,
                             size_t struct_size);
#define tl_acd_text_limits(read, limits) \
    (tl_acd_text_limits)((read), (limits), sizeof *(limits))

/**
 * Makes an engine with all queues, rules and agents of the text, everybody logged out. Can be done
 * more than once; `tl_acd_text_queue`, `tl_acd_text_rule` and `tl_acd_text_agent` speak of the last one.
 */
tl_status tl_acd_text_make(struct tl_acd_text *read,
                           tl_acd **acd);

/**
 * The same in the caller's block of `size` bytes, aligned to `TL_ALIGN`: as many as `tl_acd_size` says
 * for `tl_acd_text_limits`. The engine needs the text no longer than it has names to ask for.
 */
tl_status tl_acd_text_make_init(struct tl_acd_text *read,
                                void *memory,
                                size_t size,
                                tl_acd **acd);

/** Stores the handle of the queue of this name, with a NUL, in the engine that was made last. */
tl_status tl_acd_text_queue(const struct tl_acd_text *read, const char *name, uint64_t *queue);

/**
 * Stores the handle of the rule of this name, with a NUL, in the engine that was made last: for
 * `tl_acd_call.rule` and `tl_acd_set_rule`.
 */
tl_status tl_acd_text_rule(const struct tl_acd_text *read, const char *name, uint64_t *rule);

/** Stores the handle of the agent of this name, with a NUL, in the engine that was made last. */
tl_status tl_acd_text_agent(const struct tl_acd_text *read, const char *name, uint64_t *agent);

/** Stores the number of the skill of this name, with a NUL: for `tl_acd_add_class`. */
tl_status tl_acd_text_skill(const struct tl_acd_text *read, const char *name, uint16_t *skill);

#endif

/* ===========================================================================
 * Routing: a call centre to experiment with
 *
 * Random callers and agents around the very engine that runs in production, from a text in TOML or
 * JSON: the queues as in `tl_acd_text_new`, who calls, and who answers (docs/c-api.md has the whole of
 * it). The same seed gives the same day. Takes memory from the allocator.
 */

#if defined(TL_STD)

/** What became of a call. */
TL_ENUM(tl_sim_fate, uint32_t) {
    /** An agent answered it. */
    TL_SIM_ANSWERED = 1,
    /** Its caller hung up before that. */
    TL_SIM_ABANDONED = 2,
    /** It was refused, left some other way, or waited still when everybody had gone home. */
    TL_SIM_LEFT = 3,
};

/** A call centre to experiment with, and what came of the last run. */
typedef struct tl_sim tl_sim;

/** Counts and sums of some calls of a run. */
typedef struct tl_sim_tally {
    /** Calls that came. */
    uint64_t offered;
    /** Calls answered. */
    uint64_t answered;
    /** Calls whose caller hung up before that. */
    uint64_t abandoned;
    /** Calls refused, or that left some other way. */
    uint64_t left;
    /** Calls that did not find an agent at once. */
    uint64_t waited;
    /** Answered within the service level of their queue. */
    uint64_t in_level;
    /** Waits of all calls, in seconds. */
    double wait_s;
    /** Waits of the answered calls, in seconds. */
    double answer_s;
    /** Talk of the answered calls, in seconds. */
    double talk_s;
    /** Share of the offered calls answered within the service level. */
    double service_level;
    /** Share of the offered calls whose caller hung up. */
    double abandonment;
    /** Share of the offered calls that had to wait. */
    double wait_probability;
    /** Average wait of all calls, in seconds. */
    double average_wait_s;
    /** Average wait of the answered calls, in seconds. */
    double average_answer_s;
    /** For later versions; 0. */
    uint64_t reserved[2];
} tl_sim_tally;

/** An agent of a run. */
typedef struct tl_sim_agent {
    /** Seconds on calls. */
    double busy_s;
    /** Seconds logged in. */
    double there_s;
} tl_sim_agent;

/** One call of a run. */
typedef struct tl_sim_call {
    /** When it came; the run begins at 0. */
    tl_time came;
    /** How long it waited. */
    uint64_t waited_ms;
    /** How long it talked. */
    uint64_t talked_ms;
    /** Which stream it is of. */
    uint32_t stream;
    /** A `tl_sim_fate`. */
    uint32_t fate;
    /** The agent that answered, counted group after group; else `TL_NONE32`. */
    uint32_t agent;
    /** 0. */
    uint32_t reserved;
} tl_sim_call;

/** An average over several runs. */
typedef struct tl_sim_estimate {
    /** The average. */
    double mean;
    /**
     * Its standard error; the truth is within two of them 19 times out of 20. Infinite after one
     * run.
     */
    double error;
} tl_sim_estimate;

/** Several runs together. */
typedef struct tl_sim_study_result {
    /** Share of the offered calls answered within the service level. */
    struct tl_sim_estimate service_level;
    /** Share of the offered calls abandoned. */
    struct tl_sim_estimate abandonment;
    /** Share of the offered calls that waited. */
    struct tl_sim_estimate wait_probability;
    /** Average wait of all calls, in seconds. */
    struct tl_sim_estimate average_wait_s;
    /** Average wait of the answered calls, in seconds. */
    struct tl_sim_estimate average_answer_s;
    /** Agents' time on calls over their time logged in. */
    struct tl_sim_estimate occupancy;
} tl_sim_study_result;

/**
 * Reads a text of `len` bytes: JSON if it begins with a brace, else TOML. `file` is the name that
 * messages show, with a NUL; it may be NULL. A text with errors gives an object too: ask it for its
 * messages.
 */
tl_status tl_sim_new(const char *source, size_t len, const char *file, struct tl_sim **sim);

/**
 * How many bytes a simulation takes. Who is in it, and what came of it, is kept in memory from the
 * allocator.
 */
size_t tl_sim_size(void);

/** As `tl_sim_new`, in the caller's block of `size` bytes, aligned to `TL_ALIGN`. */
tl_status tl_sim_init(void *memory,
                      size_t size,
                      const char *source,
                      size_t len,
                      const char *file,
                      struct tl_sim **sim);

/** Ends a simulation. NULL is fine. */
tl_status tl_sim_free(struct tl_sim *sim);

/**
 * Stores where the messages are, `*len` bytes of text without a NUL that live as long as the object:
 * one line for each error, with file and line. None is 0 bytes.
 */
tl_status tl_sim_messages(const struct tl_sim *sim,
                          const char **messages,
                          size_t *len);

/**
 * Plays the centre once, to the end of its last call: may take long. What came of it can be asked
 * afterwards. With errors in the text: `TL_ERR_ACD_TEXT`, here and below.
 */
tl_status tl_sim_run(struct tl_sim *sim, uint64_t seed);

/**
 * Starts a run from its beginning, to be played piece by piece and looked at in between. What came of
 * the last run can still be asked.
 */
tl_status tl_sim_start(struct tl_sim *sim,
                       uint64_t seed);

/**
 * Plays what happens until an instant, which is included; the run began at 0. `TL_DONE`: nothing is left
 * to happen. If `stats` is not NULL, it counts everything the engine says on the way, so that a day that
 * is not there has the reports of a real one; in them the queues' handles count from 0 on, in the order
 * of the text.
 */
tl_status tl_sim_play_until(struct tl_sim *sim,
                            tl_time until,
                            tl_stats *stats);

/**
 * Stores how the queue at this place in the text, from 0 on, stands in the run that is being played, as
 * `tl_acd_get_queue`.
 */
tl_status tl_sim_get_queue(const struct tl_sim *sim,
                           uint32_t place,
                           tl_acd_queue_counters *counters);

/**
 * Ends the run that is being played where it is: what came of it until then can be asked as after
 * `tl_sim_run`.
 */
tl_status tl_sim_finish(struct tl_sim *sim);

/**
 * Stores the numbers of all counted calls of the last run, and in `occupancy`, which may be NULL, the
 * agents' time on calls as a share of their time logged in.
 */
tl_status tl_sim_get_total(const struct tl_sim *sim,
                           struct tl_sim_tally *tally,
                           double *occupancy);

/**
 * Stores as many rows, one for each stream of calls in the order of the text, as there is `room` for,
 * and in `count` how many there are.
 */
tl_status tl_sim_list_streams(const struct tl_sim *sim,
                              struct tl_sim_tally *rows,
                              size_t room,
                              size_t *count);

/** As `tl_sim_list_streams`, one row for each interval, the calls by when they came. */
tl_status tl_sim_list_intervals(const struct tl_sim *sim,
                                struct tl_sim_tally *rows,
                                size_t room,
                                size_t *count);

/** As `tl_sim_list_streams`, one row for each agent, group after group. */
tl_status tl_sim_list_agents(const struct tl_sim *sim,
                             struct tl_sim_agent *rows,
                             size_t room,
                             size_t *count);

/**
 * As `tl_sim_list_streams`, how many calls of the first stream the first group answered, the second
 * group, ..., then those of the second stream, and so on.
 */
tl_status tl_sim_list_answered(const struct tl_sim *sim,
                               uint64_t *calls,
                               size_t room,
                               size_t *count);

/**
 * As `tl_sim_list_streams`, every counted call in the order in which they came, if the text has
 * `keep_calls = true`.
 */
tl_status tl_sim_list_calls(const struct tl_sim *sim,
                            struct tl_sim_call *rows,
                            size_t room,
                            size_t *count);

/**
 * Plays the centre so many times, from seed `first_seed` and those after it, and stores the averages
 * and how sure they are: takes as long as so many `tl_sim_run`. What the last run left stays as it is.
 */
tl_status tl_sim_study(const struct tl_sim *sim,
                       uint64_t first_seed,
                       uint32_t runs,
                       struct tl_sim_study_result *result);

#endif

/* ===========================================================================
 * Dialogue: compiling a document
 *
 * A flow is written as a YAML or JSON document and compiled into a program, the bytes of an
 * `.ivrb` file. Compiling takes memory from the allocator; running a program does not.
 */

#if defined(TL_STD)

/** A compiled document: its program, and what the compiler has to say. */
typedef struct tl_ivr_document tl_ivr_document;

/**
 * Compiles a document of `len` bytes, YAML or JSON. `file` is the name that messages show, with a
 * NUL; it may be NULL. A document with errors gives an object too: ask it for its messages.
 */
tl_status tl_ivr_document_new(const char *source,
                              size_t len,
                              const char *file,
                              struct tl_ivr_document **document);

/** How many bytes a document takes. Its program and messages are kept in memory from the allocator. */
size_t tl_ivr_document_size(void);

/** As `tl_ivr_document_new`, in the caller's block of `size` bytes, aligned to `TL_ALIGN`. */
tl_status tl_ivr_document_init(void *memory,
                               size_t size,
                               const char *source,
                               size_t len,
                               const char *file,
                               struct tl_ivr_document **document);

/** Ends a document. NULL is fine. */
tl_status tl_ivr_document_free(struct tl_ivr_document *document);

/**
 * Stores where the program is, `*len` bytes that live as long as the document. When the document
 * has errors: `TL_ERR_IVR_DOCUMENT`.
 */
tl_status tl_ivr_document_program(const struct tl_ivr_document *document,
                                  const uint8_t **program,
                                  size_t *len);

/**
 * Stores where the compiler's messages are, `*len` bytes of text without a NUL that live as long
 * as the document: errors and warnings with file, line and column, as a person reads them.
 */
tl_status tl_ivr_document_messages(const struct tl_ivr_document *document,
                                   const char **messages,
                                   size_t *len);

#endif

/* ===========================================================================
 * Dialogue: a program ready to run
 */

/** A validated program. Any number of sessions may run on it, in any threads. */
typedef struct tl_ivr_flow tl_ivr_flow;

/** How many bytes a flow takes, its program not counted. */
size_t tl_ivr_flow_size(void);

/**
 * Validates a program of `len` bytes in place, and makes a flow of it in the caller's block. The
 * program must stay as it is until the flow and every session on it have ended.
 */
tl_status tl_ivr_flow_init(void *memory,
                           size_t size,
                           const uint8_t *program,
                           size_t len,
                           struct tl_ivr_flow **flow);

#if defined(TL_STD)
/**
 * Copies and validates a program of `len` bytes. The flow may be freed while sessions still run on
 * it: they keep the program alive.
 */
tl_status tl_ivr_flow_new(const uint8_t *program, size_t len, struct tl_ivr_flow **flow);
#endif

/** Ends a flow. NULL is fine. */
tl_status tl_ivr_flow_free(struct tl_ivr_flow *flow);

/* ===========================================================================
 * Dialogue: what a flow is about
 *
 * What it asks of its host, what it may play, and the flow as a person reads it. Lists store as many
 * rows as there is `room` for, and in `count` how many there are. Their texts have no NUL, and live as
 * long as the program: that of `tl_ivr_flow_new` until the flow and every session on it have ended.
 */

/** What a name of a flow stands for. */
TL_ENUM(tl_ivr_service_kind, uint32_t) {
    /** A queue that callers wait in. */
    TL_IVR_SERVICE_QUEUE = 1,
    /** A query that the host answers. */
    TL_IVR_SERVICE_QUERY = 2,
    /** Somebody a caller is transferred to. */
    TL_IVR_SERVICE_TRANSFER = 3,
};

/** Which names of a flow. */
TL_ENUM(tl_ivr_names, uint32_t) {
    /** Its languages, the default one first. */
    TL_IVR_LANGUAGES = 1,
    /** Its nodes. */
    TL_IVR_NODES = 2,
    /** The exits of every node. */
    TL_IVR_EXITS = 3,
};

/** How a flow is drawn or written. */
TL_ENUM(tl_ivr_picture, uint32_t) {
    /** As a Mermaid flowchart. */
    TL_IVR_MERMAID = 1,
    /** As a Graphviz graph. */
    TL_IVR_DOT = 2,
    /** As a document that compiles to the same program. */
    TL_IVR_DOCUMENT = 3,
};

/** A name that a node of a flow gives its host. */
typedef struct tl_ivr_service {
    /** The node's name. */
    const char *node;
    /** Its length. */
    size_t node_len;
    /** The name, as the host will be given it. */
    const char *name;
    /** Its length. */
    size_t name_len;
    /** A `tl_ivr_service_kind`; 0 for one newer than this header. */
    uint32_t kind;
    /** 0. */
    uint32_t reserved;
} tl_ivr_service;

/** A recorded file or a text that a program may play, in one language. */
typedef struct tl_ivr_prompt {
    /** The name of the prompt it belongs to; of length 0 for one written inside a node. */
    const char *prompt;
    /** Its length. */
    size_t prompt_len;
    /** Its language. */
    const char *language;
    /** Its length. */
    size_t language_len;
    /** The recorded file, or NULL. */
    const char *file;
    /** Its length. */
    size_t file_len;
    /** The text, or NULL. */
    const char *text;
    /** Its length. */
    size_t text_len;
} tl_ivr_prompt;

/** What a flow is. */
typedef struct tl_ivr_flow_info {
    /** Its name, without a NUL, in the program. */
    const char *name;
    /** Its length. */
    size_t name_len;
    /** Which program it is: its checksum. */
    uint32_t id;
    /** Bytes of variables that a session on it needs. */
    uint32_t variable_bytes;
    /** For later versions; 0. */
    uint64_t reserved[2];
} tl_ivr_flow_info;

/** A name in a flow, as traces give it. */
typedef struct tl_ivr_name {
    /** The name. */
    const char *name;
    /** Its length. */
    size_t name_len;
    /** Of an exit: its node's name, else NULL. */
    const char *node;
    /** Its length. */
    size_t node_len;
} tl_ivr_name;

/**
 * Lists every queue, query and transfer target that the document names outright; what an expression
 * computes is known only during a call.
 */
tl_status tl_ivr_flow_list_services(const tl_ivr_flow *flow,
                                    struct tl_ivr_service *rows,
                                    size_t room,
                                    size_t *count);

/**
 * Lists every file and text that a program may play: what must be recorded. The same may come more
 * than once.
 */
tl_status tl_ivr_flow_list_prompts(const tl_ivr_flow *flow,
                                   struct tl_ivr_prompt *rows,
                                   size_t room,
                                   size_t *count);

/** Stores what a flow is. */
tl_status tl_ivr_flow_get_info(const tl_ivr_flow *flow, struct tl_ivr_flow_info *info);

/** Lists the names that `which`, a `tl_ivr_names`, says. */
tl_status tl_ivr_flow_list_names(const tl_ivr_flow *flow,
                                 uint32_t which,
                                 struct tl_ivr_name *rows,
                                 size_t room,
                                 size_t *count);

#if defined(TL_STD)
/**
 * Writes a flow, as the `tl_ivr_picture` says, into `text`, which has room for `room` bytes, a NUL
 * included, and stores its length without in `len`; when the room is too small, returns
 * `TL_ERR_BUFFER`. Takes memory from the allocator.
 */
tl_status tl_ivr_flow_draw(const tl_ivr_flow *flow,
                           uint32_t picture,
                           char *text,
                           size_t room,
                           size_t *len);
#endif

#if defined(TL_STD)
/**
 * Writes FreeSWITCH's `ivr_menus` (an XML text of `len` bytes) as a document that compiles as it is,
 * named `name`, with a NUL, into `document`, as `tl_ivr_flow_draw`.
 */
tl_status tl_ivr_import_freeswitch(const char *xml,
                                   size_t len,
                                   const char *name,
                                   char *document,
                                   size_t room,
                                   size_t *document_len);
#endif

/* ===========================================================================
 * Dialogue: what a session wants done
 *
 * `tl_ivr_poll` gives one output at a time. Its texts and arrays lie in the buffer that the caller
 * hands in, so they live as long as that does.
 */

/**
 * What an output wants done, and which fields of `tl_ivr_output` it fills in besides `kind` and
 * `op`.
 */
TL_ENUM(tl_ivr_output_kind, uint32_t) {
    /** A kind newer than this header: answer it with `tl_ivr_failed`. */
    TL_IVR_UNKNOWN = 0,
    /**
     * Play the items in order, then call `tl_ivr_finished`: items, name (the language), flag (1: a
     * key stops it).
     */
    TL_IVR_PLAY = 1,
    /** Stop an operation: end a prompt, a recording, a query, take the caller out of the queue. */
    TL_IVR_STOP = 2,
    /** Ask the host, then call `tl_ivr_query_ok` or `tl_ivr_failed`: name, args, timeout_ms. */
    TL_IVR_QUERY = 3,
    /**
     * Put the caller in a queue, then call `tl_ivr_queue_ended`: name, priority, args, timeout_ms
     * (the longest wait; 0 is no bound).
     */
    TL_IVR_QUEUE = 4,
    /**
     * Record the caller, then call `tl_ivr_recorded`: flag (1: a tone first), timeout_ms (the
     * longest recording), silence_ms (stop after so much; 0 is never), keys (those that end it).
     */
    TL_IVR_RECORD = 5,
    /**
     * Transfer the caller, then call `tl_ivr_transferred`: name (the target), reason
     * (`tl_ivr_transfer`), timeout_ms, args.
     */
    TL_IVR_TRANSFER = 6,
    /** Attach a value to the call, for the agent's screen: args (one). */
    TL_IVR_ATTACH = 7,
    /** A node was left: name, detail (the exit taken). */
    TL_IVR_TRACE = 8,
    /** The dialogue is over: reason (`tl_ivr_end`). Nothing follows, ever. */
    TL_IVR_END = 9,
};

/** How to transfer. */
TL_ENUM(tl_ivr_transfer, uint32_t) {
    /** Hand the call over and leave it. */
    TL_IVR_TRANSFER_BLIND = 1,
    /** Connect the two and stay: the dialogue goes on when the target hangs up. */
    TL_IVR_TRANSFER_BRIDGED = 2,
    /** Ask the target first, connect when it agrees. */
    TL_IVR_TRANSFER_CONSULT = 3,
};

/** Why a dialogue is over. */
TL_ENUM(tl_ivr_end, uint32_t) {
    /** The flow hangs up: clear the call. */
    TL_IVR_END_FINISHED = 1,
    /** The call was handed over by a blind transfer: leave it. */
    TL_IVR_END_TRANSFERRED = 2,
    /** The caller hung up, and what was left to do is done. */
    TL_IVR_END_CALLER = 3,
    /** An event that neither the node nor its flow nor the application handles: clear the call. */
    TL_IVR_END_UNHANDLED = 4,
    /** Too many nodes in a row without the caller's or the host's turn: clear the call. */
    TL_IVR_END_LOOP = 5,
    /** Sub-flows called each other too deeply: clear the call. */
    TL_IVR_END_STACK = 6,
    /** Another fault of the flow: clear the call. */
    TL_IVR_END_FAULT = 7,
};

/** What an item of a prompt is. */
TL_ENUM(tl_ivr_item_kind, uint32_t) {
    /** A recorded file: file, and text (what it says) when the document gives it, else NULL. */
    TL_IVR_ITEM_FILE = 1,
    /** Text for speech synthesis: text. */
    TL_IVR_ITEM_TEXT = 2,
    /** A value: pieces, recordings of one word or phrase each, or text for speech synthesis. */
    TL_IVR_ITEM_SAY = 3,
};

/** The type of a value. */
TL_ENUM(tl_ivr_type, uint32_t) {
    /** A whole number, in `integer`. */
    TL_IVR_INT = 1,
    /** A number with four decimal places: ten-thousandths in `integer`. */
    TL_IVR_DECIMAL = 2,
    /** Yes or no: 1 or 0 in `integer`. */
    TL_IVR_BOOL = 3,
    /** Text, digits too, in `text`. */
    TL_IVR_TEXT = 4,
    /** A moment: milliseconds since 1970-01-01 00:00 UTC in `integer`. */
    TL_IVR_TIME = 5,
};

/** One item of a prompt, to be played in its turn. */
typedef struct tl_ivr_item {
    /** A `tl_ivr_item_kind`. */
    uint32_t kind;
    /** How many pieces. */
    uint32_t piece_count;
    /** The file's name, or NULL. */
    const char *file;
    /** The text, or NULL. */
    const char *text;
    /** The text of each piece. */
    const char *const *pieces;
} tl_ivr_item;

/** A named value, to the host or from it. */
typedef struct tl_ivr_value {
    /** Its name, with a NUL. */
    const char *name;
    /** A `tl_ivr_type`. */
    uint32_t value_type;
    /** 0. */
    uint32_t reserved;
    /** The number of every type but text. */
    int64_t integer;
    /** The value as text, with a NUL. From the host only text needs it. */
    const char *text;
} tl_ivr_value;

/** One thing to do. A text that the kind does not fill in is NULL, any other such field 0. */
typedef struct tl_ivr_output {
    /** A `tl_ivr_output_kind`. */
    uint32_t kind;
    /** The operation's number, to answer with; never used again in this session. */
    uint32_t op;
    /** A value of the enum that the kind names. */
    uint32_t reason;
    /** Yes or no, as the kind says. */
    uint32_t flag;
    /** Greater is sooner; 0 is everybody's. */
    int32_t priority;
    /** A time, as the kind says. */
    uint32_t timeout_ms;
    /** Stop a recording after so much silence; 0 is never. */
    uint32_t silence_ms;
    /** How many items. */
    uint32_t item_count;
    /** What to play. */
    const struct tl_ivr_item *items;
    /** How many arguments. */
    uint32_t arg_count;
    /** 0. */
    uint32_t reserved;
    /** Arguments, or what the agent should see. */
    const struct tl_ivr_value *args;
    /** A name, as the kind says. */
    const char *name;
    /** More about it. */
    const char *detail;
    /** Keys, as characters. */
    const char *keys;
} tl_ivr_output;

/* ===========================================================================
 * Dialogue: one caller's session
 *
 * Start it, then take what it wants done with `tl_ivr_poll` until `TL_DONE` after every input, and
 * call `tl_ivr_tick` no later than `tl_ivr_deadline`. An earlier time counts as the latest one.
 */

/** A size of buffer for `tl_ivr_poll` that suits any flow a person would write. */
#define TL_IVR_BUFFER 4096

/** One caller's walk through a flow. */
typedef struct tl_ivr_session tl_ivr_session;

/** How a session begins. */
typedef struct tl_ivr_config {
    /** Set by `tl_ivr_defaults`. */
    uint32_t struct_size;
    /** 1: report every node that is left. Default: 0. */
    uint32_t trace;
    /** What random choices come from: the same seed, the same choices. Default: 0. */
    uint64_t seed;
    /** The time now. Default: 0. */
    tl_time now;
    /** The caller's number, with a NUL; at most 31 bytes are kept. Default: NULL. */
    const char *caller;
    /** The number that was called, likewise. Default: NULL. */
    const char *called;
    /** The language to begin in. Default: NULL, the flow's first one. */
    const char *language;
} tl_ivr_config;

/** Fills in the default configuration. */
tl_status tl_ivr_defaults(struct tl_ivr_config *config, size_t struct_size);
#define tl_ivr_defaults(config) \
    (tl_ivr_defaults)((config), sizeof *(config))

/** How many bytes a session takes. */
size_t tl_ivr_session_size(void);

/**
 * Makes a session on a flow in the caller's block of `size` bytes, aligned to `TL_ALIGN`. `config`
 * may be NULL for the defaults.
 */
tl_status tl_ivr_session_init(void *memory,
                              size_t size,
                              const tl_ivr_flow *flow,
                              const struct tl_ivr_config *config,
                              struct tl_ivr_session **session);

#if defined(TL_STD)
/** Makes a session on a flow in memory from the allocator. `config` may be NULL for the defaults. */
tl_status tl_ivr_session_new(const tl_ivr_flow *flow,
                             const struct tl_ivr_config *config,
                             struct tl_ivr_session **session);
#endif

/** Ends a session. NULL is fine. */
tl_status tl_ivr_session_free(struct tl_ivr_session *session);

/**
 * Stores the next thing to be done in `output`, or returns `TL_DONE`. Texts and arrays of the
 * output are put into `buffer`, `room` bytes; `TL_IVR_BUFFER` suits. When it is too small, returns
 * `TL_ERR_BUFFER`, and the same output comes again with a larger one.
 */
tl_status tl_ivr_poll(struct tl_ivr_session *session,
                      tl_ivr_output *output,
                      void *buffer,
                      size_t room);

/**
 * Stores in `at` when the session wants `tl_ivr_tick` at the latest; `TL_NONE` when not before the
 * next input.
 */
tl_status tl_ivr_deadline(const struct tl_ivr_session *session, tl_time *at);

/* ===========================================================================
 * Dialogue: what happened
 *
 * `op` is the number of the operation that an output asked for. A result of any other operation
 * than the ones under way changes nothing and is no error.
 */

/** How a wait in a queue ended. */
TL_ENUM(tl_ivr_queue_outcome, uint32_t) {
    /** An agent talked to the caller and is gone: the dialogue goes on. */
    TL_IVR_QUEUE_ANSWERED = 1,
    /** The caller hung up while waiting or talking. */
    TL_IVR_QUEUE_ABANDONED = 2,
    /** Nobody answered in time. */
    TL_IVR_QUEUE_TIMEOUT = 3,
    /** The queue was full. */
    TL_IVR_QUEUE_FULL = 4,
    /** Nobody is logged in to the queue. */
    TL_IVR_QUEUE_EMPTY = 5,
    /** The caller left by a key that the host watches for. */
    TL_IVR_QUEUE_EXIT_KEY = 6,
    /** The queue could not be reached. */
    TL_IVR_QUEUE_FAILED = 7,
};

/** How a transfer ended. */
TL_ENUM(tl_ivr_transfer_outcome, uint32_t) {
    /** It was answered; for a bridged one, the conversation is over. */
    TL_IVR_TRANSFER_ANSWERED = 1,
    /** The target was busy. */
    TL_IVR_TRANSFER_BUSY = 2,
    /** The target did not answer. */
    TL_IVR_TRANSFER_NO_ANSWER = 3,
    /** The target refused. */
    TL_IVR_TRANSFER_REJECTED = 4,
    /** The target could not be reached. */
    TL_IVR_TRANSFER_FAILED = 5,
};

/** The call is up: the dialogue begins. */
tl_status tl_ivr_start(tl_ivr_session *session, tl_time now);

/** The caller pressed a key: '0' to '9', '*', '#', 'A' to 'D'. */
tl_status tl_ivr_digit(tl_ivr_session *session, tl_time now, char key);

/** The caller hung up. */
tl_status tl_ivr_hangup(tl_ivr_session *session, tl_time now);

/** Time has passed. */
tl_status tl_ivr_tick(tl_ivr_session *session, tl_time now);

/** A prompt was played to its end. */
tl_status tl_ivr_finished(tl_ivr_session *session, tl_time now, uint32_t op);

/** The operation could not be done at all. */
tl_status tl_ivr_failed(tl_ivr_session *session, tl_time now, uint32_t op);

/** The host's answer to a query: at most 32 named values. */
tl_status tl_ivr_query_ok(tl_ivr_session *session,
                          tl_time now,
                          uint32_t op,
                          const tl_ivr_value *values,
                          size_t count);

/** A recording was made, so many milliseconds long. */
tl_status tl_ivr_recorded(tl_ivr_session *session, tl_time now, uint32_t op, uint32_t ms);

/** How a waiting caller stands in the queue: 1 is next; the estimated wait in milliseconds. */
tl_status tl_ivr_queue_update(tl_ivr_session *session,
                              tl_time now,
                              uint32_t op,
                              uint32_t position,
                              uint32_t estimate_ms);

/**
 * A queued or transferred call was answered: announcements stop, keys are the other side's.
 * `tl_ivr_queue_ended` or `tl_ivr_transferred` follows when the conversation is over.
 */
tl_status tl_ivr_answered(tl_ivr_session *session, tl_time now, uint32_t op);

/** The caller left the queue; `outcome` is a `tl_ivr_queue_outcome`. */
tl_status tl_ivr_queue_ended(tl_ivr_session *session, tl_time now, uint32_t op, uint32_t outcome);

/** A transfer came to its end; `outcome` is a `tl_ivr_transfer_outcome`. */
tl_status tl_ivr_transferred(tl_ivr_session *session, tl_time now, uint32_t op, uint32_t outcome);

/* ===========================================================================
 * Dialogue: sessions that outlive the program
 *
 * A session as bytes, and back on the same program: callers go on where they were. Or on another
 * version of their flow, by hand.
 */

/**
 * Writes a session into `bytes`, which has room for `room`, and stores its length in `len`; when the
 * room is too small, returns `TL_ERR_BUFFER`, and `len` says how much it takes.
 */
tl_status tl_ivr_session_snapshot(const tl_ivr_session *session,
                                  uint8_t *bytes,
                                  size_t room,
                                  size_t *len);

/**
 * As `tl_ivr_session_init`, in the state of a snapshot of `len` bytes that was taken on the same
 * program.
 */
tl_status tl_ivr_session_restore_init(void *memory,
                                      size_t size,
                                      const tl_ivr_flow *flow,
                                      const uint8_t *snapshot,
                                      size_t len,
                                      tl_ivr_session **session);

#if defined(TL_STD)
/** The same in memory from the allocator. */
tl_status tl_ivr_session_restore_new(const tl_ivr_flow *flow,
                                     const uint8_t *snapshot,
                                     size_t len,
                                     tl_ivr_session **session);
#endif

/**
 * Takes a session over to another version of its flow. Sessions stay on the version they began
 * with; this is for what must not wait until the last caller has left it. Nodes, flows, variables
 * and languages are found by their names; operations and timers go on. When the session stands
 * where `flow` has no such place, returns `TL_ERR_IVR_MIGRATE`, and it stays where it was. Outputs
 * must be polled first.
 */
tl_status tl_ivr_session_migrate(tl_ivr_session *session, const tl_ivr_flow *flow);

/** Stores 1 in `over` when the dialogue is over, else 0. */
tl_status tl_ivr_session_is_over(const tl_ivr_session *session, uint32_t *over);

/**
 * Stores which node the dialogue is at: its place among the `TL_IVR_NODES` of
 * `tl_ivr_flow_list_names`, from 0.
 */
tl_status tl_ivr_session_get_node(const tl_ivr_session *session, uint32_t *node);

/**
 * Stores what became of the digits so far: `used` went into a collection, ended one or were a key that
 * was waited for; `dropped` found no room, were flushed or came when nobody listened; `pending` are
 * typed ahead or belong to a collection that is not over. Each may be NULL.
 */
tl_status tl_ivr_session_get_digits(const tl_ivr_session *session,
                                    uint32_t *used,
                                    uint32_t *dropped,
                                    uint32_t *pending);

/* ===========================================================================
 * Dialogue: speaking values
 *
 * Numbers, digits, money, dates, times and durations in words, outside a dialogue: as the pieces whose
 * recordings are played one after another, or as a text for speech synthesis. There are words for "zh"
 * (Mandarin) and "en"; a flow may teach others. `language` is a tag with a NUL, of which what stands
 * before the first hyphen counts; `flow` may be NULL everywhere here: the library's own words.
 */

/** How a value is spoken. */
TL_ENUM(tl_say_kind, uint32_t) {
    /** A whole number. */
    TL_SAY_NUMBER = 1,
    /** How many of something, where Mandarin says 两. */
    TL_SAY_COUNT = 2,
    /** A place in a row. */
    TL_SAY_ORDINAL = 3,
    /** Digit by digit, `*`, `#` and `A` to `D` too, 32 at most: a text or a whole number. */
    TL_SAY_DIGITS = 4,
    /** Digit by digit as telephone numbers are read. */
    TL_SAY_PHONE = 5,
    /** A number with decimal places. */
    TL_SAY_DECIMAL = 6,
    /** An amount of the language's money: a decimal, or a whole number of hundredths. */
    TL_SAY_MONEY = 7,
    /** The day of a moment, UTC unless the moment was shifted to local time. */
    TL_SAY_DATE = 8,
    /** The time of day of a moment, likewise. */
    TL_SAY_TIME = 9,
    /** A whole number of milliseconds as hours, minutes and seconds. */
    TL_SAY_DURATION = 10,
    /** A number of minutes, with the word. */
    TL_SAY_MINUTES = 11,
};

/**
 * Writes a value in words into `text`, which has room for `room` bytes, a NUL included, and stores in
 * `len` how long it is without; when the room is too small, returns `TL_ERR_BUFFER`. `kind` is a
 * `tl_say_kind`; the name of `value` does not count. `TL_ERR_IVR_SAY`: no words for this language, a
 * value of another type, or one too great.
 */
tl_status tl_say_text(const tl_ivr_flow *flow,
                      const char *language,
                      uint32_t kind,
                      const tl_ivr_value *value,
                      char *text,
                      size_t room,
                      size_t *len);

/**
 * As `tl_say_text`, as pieces: stores as many of their numbers as there is `room` for, in the order in
 * which they are played, and in `count` how many there are.
 */
tl_status tl_say_pieces(const tl_ivr_flow *flow,
                        const char *language,
                        uint32_t kind,
                        const tl_ivr_value *value,
                        uint16_t *pieces,
                        size_t room,
                        size_t *count);

/** Stores how many pieces there are in a language, 0 for one without words: all that must be recorded. */
tl_status tl_say_count_pieces(const tl_ivr_flow *flow,
                              const char *language,
                              size_t *count);

/**
 * Writes what piece `number` of a language says into `text`, as `tl_say_text`. Its number stays within
 * a version of this library, or of the flow that teaches the language.
 */
tl_status tl_say_piece(const tl_ivr_flow *flow,
                       const char *language,
                       uint16_t number,
                       char *text,
                       size_t room,
                       size_t *len);

/* ===========================================================================
 * Dialogue: trying a flow key by key
 *
 * One call in virtual time under the hand of whoever tries: keys are pressed, prompts heard, time passes
 * as told. Whatever the session wants becomes a line of a log, in the words of `.ivrtest.yaml` files:
 *
 * zh: 欢迎致电                 a prompt, as one hears it
 * stop play, stop host         an operation is stopped
 * query NAME a=1 b=x           likewise: queue NAME PRIORITY ..., record MS, transfer KIND TARGET ...
 * attach KEY=VALUE
 * NODE -> EXIT                 a node is left
 * end REASON
 *
 * Takes memory from the allocator.
 */

#if defined(TL_STD)

/** A call that is tried. */
typedef struct tl_ivr_trial tl_ivr_trial;

/** How a trial stands. */
typedef struct tl_ivr_trial_info {
    /** The virtual time. */
    tl_time now;
    /** When the session wants to be woken, or `TL_NONE`. */
    tl_time deadline;
    /** Lines of the log that were not taken yet. */
    uint32_t lines;
    /** Nodes that were left. */
    uint32_t visits;
    /** The play under way, or `TL_NONE32`. */
    uint32_t playing;
    /** The query, queue, recording or transfer under way, or `TL_NONE32`. */
    uint32_t host;
    /** 1 when the dialogue is over. */
    uint32_t over;
    /** The number of the node it is in, from 0 on, in the order of `tl_ivr_flow_list_names`. */
    uint32_t node;
    /** Keys that wait to be used. */
    uint32_t keys;
    /** 0. */
    uint32_t reserved32;
    /** For later versions; 0. */
    uint64_t reserved[2];
} tl_ivr_trial_info;

/** How many bytes a trial takes. What happens in it is kept in memory from the allocator. */
size_t tl_ivr_trial_size(void);

/**
 * Begins a call on a flow in the caller's block of `size` bytes, aligned to `TL_ALIGN`. The flow may be
 * freed meanwhile, but a program that it only points to must stay. The call is up, and what it says
 * first is in the log. `config` may be NULL for the defaults; of nodes that are left the log tells,
 * whatever it says of a trace.
 */
tl_status tl_ivr_trial_init(void *memory,
                            size_t size,
                            const tl_ivr_flow *flow,
                            const tl_ivr_config *config,
                            struct tl_ivr_trial **trial);

/** As `tl_ivr_trial_init`, in memory from the allocator. */
tl_status tl_ivr_trial_new(const tl_ivr_flow *flow,
                           const tl_ivr_config *config,
                           struct tl_ivr_trial **trial);

/** Ends a trial. NULL is fine. */
tl_status tl_ivr_trial_free(struct tl_ivr_trial *trial);

/** The caller presses keys, with a NUL, a tenth of a second each. */
tl_status tl_ivr_trial_press(struct tl_ivr_trial *trial, const char *keys);

/** The caller presses keys, with a NUL, all at once, before the session has had a turn. */
tl_status tl_ivr_trial_burst(struct tl_ivr_trial *trial, const char *keys);

/** The prompt under way is heard to its end, and those that follow without a pause; each takes a second. */
tl_status tl_ivr_trial_listen(struct tl_ivr_trial *trial);

/** Only the prompt under way is heard to its end, in no time. */
tl_status tl_ivr_trial_heard(struct tl_ivr_trial *trial);

/** Time passes, deadline by deadline. */
tl_status tl_ivr_trial_wait(struct tl_ivr_trial *trial, uint32_t ms);

/** Time passes without the session being told: the next input comes late. */
tl_status tl_ivr_trial_skip(struct tl_ivr_trial *trial, uint32_t ms);

/** The caller hangs up. */
tl_status tl_ivr_trial_hangup(struct tl_ivr_trial *trial);

/**
 * The host answers its query: at most 32 named values. Returns `TL_DONE` when the host has nothing under
 * way, here and below.
 */
tl_status tl_ivr_trial_found(struct tl_ivr_trial *trial,
                             const tl_ivr_value *values,
                             size_t count);

/** The host's operation could not be done at all. */
tl_status tl_ivr_trial_failed(struct tl_ivr_trial *trial);

/** A recording was made, so many milliseconds long. */
tl_status tl_ivr_trial_recorded(struct tl_ivr_trial *trial, uint32_t ms);

/** How the waiting caller stands: as `tl_ivr_queue_update`. */
tl_status tl_ivr_trial_queue_update(struct tl_ivr_trial *trial,
                                    uint32_t position,
                                    uint32_t estimate_ms);

/** The queued or transferred call was answered: as `tl_ivr_answered`. */
tl_status tl_ivr_trial_answered(struct tl_ivr_trial *trial);

/** The caller left the queue; `outcome` is a `tl_ivr_queue_outcome`. */
tl_status tl_ivr_trial_queue_ended(struct tl_ivr_trial *trial, uint32_t outcome);

/** A transfer came to its end; `outcome` is a `tl_ivr_transfer_outcome`. */
tl_status tl_ivr_trial_transferred(struct tl_ivr_trial *trial, uint32_t outcome);

/** Stores how the trial stands. */
tl_status tl_ivr_trial_get_info(const struct tl_ivr_trial *trial, struct tl_ivr_trial_info *info);

/**
 * Stores where line `number` of the log is, from 0 on: a text of `*len` bytes without a NUL, that lives
 * until it is taken.
 */
tl_status tl_ivr_trial_get_line(const struct tl_ivr_trial *trial,
                                uint32_t number,
                                const char **line,
                                size_t *len);

/** Takes all lines of the log: it is empty. */
tl_status tl_ivr_trial_take(struct tl_ivr_trial *trial);

/**
 * Takes the lines of the log up to the first one that holds a text, with a NUL; or none and returns
 * `TL_DONE`, when no line does.
 */
tl_status tl_ivr_trial_seek(struct tl_ivr_trial *trial, const char *text);

/**
 * Stores as many of the exits that were taken, each with its node, as there is `room` for, in order, and
 * in `count` how many there are. The texts live as long as the trial.
 */
tl_status tl_ivr_trial_list_visits(const struct tl_ivr_trial *trial,
                                   tl_ivr_name *visits,
                                   size_t room,
                                   size_t *count);

/**
 * Stores where all that went into the session and came out of it is, as `tl_ivr_rehearsal_transcript`:
 * `*len` bytes without a NUL that live until something happens in the trial.
 */
tl_status tl_ivr_trial_transcript(const struct tl_ivr_trial *trial,
                                  const char **transcript,
                                  size_t *len);

#endif

/* ===========================================================================
 * Dialogue: what calls have reached of a flow
 *
 * Which exits of a flow's nodes the calls that were tried took, and which nobody did. Takes memory from
 * the allocator.
 */

#if defined(TL_STD)

/** Which exits of a flow calls have taken. */
typedef struct tl_ivr_coverage tl_ivr_coverage;

/** How many bytes a coverage takes. The flow's exits are kept in memory from the allocator. */
size_t tl_ivr_coverage_size(void);

/**
 * Makes the coverage of a flow, of which nothing was reached yet, in the caller's block of `size` bytes,
 * aligned to `TL_ALIGN`. The flow may be freed meanwhile.
 */
tl_status tl_ivr_coverage_init(void *memory,
                               size_t size,
                               const tl_ivr_flow *flow,
                               struct tl_ivr_coverage **coverage);

/** As `tl_ivr_coverage_init`, in memory from the allocator. */
tl_status tl_ivr_coverage_new(const tl_ivr_flow *flow, struct tl_ivr_coverage **coverage);

/** Ends a coverage. NULL is fine. */
tl_status tl_ivr_coverage_free(struct tl_ivr_coverage *coverage);

/** Counts the way that a call took, once it is over. */
tl_status tl_ivr_coverage_count(struct tl_ivr_coverage *coverage, const tl_ivr_trial *trial);

/** Stores how many exits were taken, and how many there are. */
tl_status tl_ivr_coverage_get_exits(const struct tl_ivr_coverage *coverage,
                                    size_t *taken,
                                    size_t *exits);

/**
 * Stores as many of the exits that nobody took as there is `room` for, and in `count` how many there
 * are. The texts live as long as the coverage.
 */
tl_status tl_ivr_coverage_list_missed(const struct tl_ivr_coverage *coverage,
                                      tl_ivr_name *missed,
                                      size_t room,
                                      size_t *count);

/**
 * Says how much was reached, and what was not, in `text`, which has room for `room` bytes, a NUL
 * included, and stores in `len` how long it is without; when the room is too small, returns
 * `TL_ERR_BUFFER`.
 */
tl_status tl_ivr_coverage_report(const struct tl_ivr_coverage *coverage,
                                 char *text,
                                 size_t room,
                                 size_t *len);

#endif

/* ===========================================================================
 * Dialogue: trying a flow without a telephone
 *
 * Plays the scenarios of an `.ivrtest.yaml` text against a flow, in virtual time: a caller and a host
 * that follow a script. Takes memory from the allocator.
 */

#if defined(TL_STD)

/** How a file of scenarios went. */
typedef struct tl_ivr_rehearsal tl_ivr_rehearsal;

/** How many scenarios went how, and what they reached together. */
typedef struct tl_ivr_rehearsal_info {
    /** Scenarios. */
    uint32_t scenarios;
    /** Those of them that failed. */
    uint32_t failed;
    /** Exits of nodes that some scenario took. */
    uint32_t exits_taken;
    /** Exits that there are. */
    uint32_t exits;
    /** For later versions; 0. */
    uint64_t reserved[2];
} tl_ivr_rehearsal_info;

/**
 * Plays every scenario of a text of `len` bytes against a flow. `file` is the name that messages show,
 * with a NUL; it may be NULL. A text with errors gives an object too: ask it for its report.
 */
tl_status tl_ivr_rehearsal_new(const tl_ivr_flow *flow,
                               const char *source,
                               size_t len,
                               const char *file,
                               struct tl_ivr_rehearsal **rehearsal);

/** How many bytes a rehearsal takes. What happened in it is kept in memory from the allocator. */
size_t tl_ivr_rehearsal_size(void);

/** As `tl_ivr_rehearsal_new`, in the caller's block of `size` bytes, aligned to `TL_ALIGN`. */
tl_status tl_ivr_rehearsal_init(void *memory,
                                size_t size,
                                const tl_ivr_flow *flow,
                                const char *source,
                                size_t len,
                                const char *file,
                                struct tl_ivr_rehearsal **rehearsal);

/** Ends a rehearsal. NULL is fine. */
tl_status tl_ivr_rehearsal_free(struct tl_ivr_rehearsal *rehearsal);

/** Stores how it went. With errors in the text: `TL_ERR_IVR_DOCUMENT`, here and below. */
tl_status tl_ivr_rehearsal_get_info(const struct tl_ivr_rehearsal *rehearsal,
                                    struct tl_ivr_rehearsal_info *info);

/**
 * Stores where the name of scenario `number`, from 0 on, and what went wrong in it are; `failure` is of
 * length 0 when all is well. Texts without a NUL that live as long as the object.
 */
tl_status tl_ivr_rehearsal_get_scenario(const struct tl_ivr_rehearsal *rehearsal,
                                        uint32_t number,
                                        const char **name,
                                        size_t *name_len,
                                        const char **failure,
                                        size_t *failure_len);

/**
 * Stores where the report is, `*len` bytes of text without a NUL that live as long as the object: each
 * scenario, what failed, and which exits nobody took; or what is wrong with the text.
 */
tl_status tl_ivr_rehearsal_report(const struct tl_ivr_rehearsal *rehearsal,
                                  const char **report,
                                  size_t *len);

/**
 * Stores where the transcripts of all scenarios are, as `tl_ivr_rehearsal_report`: what went into each
 * session and came out of it.
 */
tl_status tl_ivr_rehearsal_transcript(const struct tl_ivr_rehearsal *rehearsal,
                                      const char **transcript,
                                      size_t *len);

/**
 * As `tl_ivr_coverage_list_missed`, the exits that no scenario took. The texts live as long as the
 * object.
 */
tl_status tl_ivr_rehearsal_list_missed(const struct tl_ivr_rehearsal *rehearsal,
                                       tl_ivr_name *missed,
                                       size_t room,
                                       size_t *count);

/**
 * Writes the path of the flow that a scenario text is for, as it names it, from where the text's file
 * is, into `path`, which has room for `room` bytes, a NUL included, and stores its length without in
 * `path_len`; when the room is too small, returns `TL_ERR_BUFFER`.
 */
tl_status tl_ivr_rehearsal_flow(const char *source,
                                size_t len,
                                char *path,
                                size_t room,
                                size_t *path_len);

#endif

/* ===========================================================================
 * G.711
 *
 * A-law and µ-law, the two codes of a telephone line (ITU-T G.711): 8,000 samples a second, one
 * byte each. PCM is signed 16-bit in the machine's byte order, the G.711 value in its upper bits.
 * Input and output must not overlap.
 */

/** Which G.711; the numbers are the RTP payload types of RFC 3551. */
TL_ENUM(tl_g711_law, uint32_t) {
    /** µ-law, PCMU: North America, Japan. */
    TL_G711_ULAW = 0,
    /** A-law, PCMA: everywhere else. */
    TL_G711_ALAW = 8,
};

/** A change of level, applied to codes themselves. */
typedef struct tl_g711_gain tl_g711_gain;

/** Encodes `samples` PCM samples into as many codes. `law` is a `tl_g711_law`. */
tl_status tl_g711_encode(uint32_t law, const int16_t *pcm, size_t samples, uint8_t *codes);

/** Decodes `samples` codes into as many PCM samples. `law` is a `tl_g711_law`. */
tl_status tl_g711_decode(uint32_t law, const uint8_t *codes, size_t samples, int16_t *pcm);

/**
 * Turns `samples` codes of one law into the other, as ITU-T G.711 tables 3 and 4 say; a law into
 * itself is a copy. `from` and `to` are each a `tl_g711_law`.
 */
tl_status tl_g711_transcode(uint32_t from,
                            uint32_t to,
                            const uint8_t *codes,
                            size_t samples,
                            uint8_t *out);

/** As `tl_g711_transcode`, in place. */
tl_status tl_g711_transcode_in_place(uint32_t from, uint32_t to, uint8_t *codes, size_t samples);

/** How many bytes a gain takes. */
size_t tl_g711_gain_size(void);

/**
 * Makes a gain in the caller's block of `size` bytes, aligned to `TL_ALIGN`: by so many 4,096ths, for
 * codes of a `tl_g711_law`. 2,054 is -6 dB, 8,173 is +6 dB; what is beyond full scale is limited to it.
 */
tl_status tl_g711_gain_init(void *memory,
                            size_t size,
                            uint32_t law,
                            uint32_t factor,
                            struct tl_g711_gain **gain);

#if defined(TL_STD)
/** The same in memory from the allocator. */
tl_status tl_g711_gain_new(uint32_t law, uint32_t factor, struct tl_g711_gain **gain);
#endif

/** Ends a gain. NULL is fine. */
tl_status tl_g711_gain_free(struct tl_g711_gain *gain);

/** Changes the level of `count` codes in place. */
tl_status tl_g711_gain_apply(const struct tl_g711_gain *gain, uint8_t *codes, size_t count);

/* ===========================================================================
 * Keys in the speech band (DTMF)
 *
 * Finding them to ITU-T Q.24, and making their sound. Keys are characters: '0' to '9', '*', '#',
 * 'A' to 'D'.
 */

/** What a detector has heard. */
TL_ENUM(tl_dtmf_kind, uint32_t) {
    /** A key has been pressed. */
    TL_DTMF_DOWN = 1,
    /** It has been let go. */
    TL_DTMF_UP = 2,
};

/** A detector of keys in one direction of one call. */
typedef struct tl_dtmf tl_dtmf;

/** A key pressed or let go. */
typedef struct tl_dtmf_event {
    /** A `tl_dtmf_kind`. */
    uint32_t kind;
    /** The key, as a character. */
    char key;
    /** Down: the stronger of its two tones, in dBm0; full scale is +3. */
    int8_t level;
    /** 0. */
    uint16_t reserved;
    /** Where its tone began, in samples since the detector began, to about 4 ms. */
    uint64_t start;
    /** Up: how long it lasted in samples, to about 8 ms. */
    uint64_t duration;
} tl_dtmf_event;

/** How many bytes a detector takes. */
size_t tl_dtmf_size(void);

/** Makes a detector in the caller's block of `size` bytes, aligned to `TL_ALIGN`. */
tl_status tl_dtmf_init(void *memory, size_t size, struct tl_dtmf **dtmf);

#if defined(TL_STD)
/** Makes a detector in memory from the allocator. */
tl_status tl_dtmf_new(struct tl_dtmf **dtmf);
#endif

/** Ends a detector. NULL is fine. */
tl_status tl_dtmf_free(struct tl_dtmf *dtmf);

/**
 * Listens to `samples` PCM samples at 8,000 a second, a frame of any size up to 4,800. The answer
 * does not depend on how the sound is cut into frames. Poll afterwards.
 */
tl_status tl_dtmf_listen(struct tl_dtmf *dtmf, const int16_t *pcm, size_t samples);

/**
 * Ends a key that is held, at the end of a call or when the sound before is to be forgotten. Poll
 * afterwards.
 */
tl_status tl_dtmf_reset(struct tl_dtmf *dtmf);

/** Stores the next key pressed or let go in `event`, or returns `TL_DONE`. */
tl_status tl_dtmf_poll(struct tl_dtmf *dtmf, struct tl_dtmf_event *event);

/** Stores the key that is held now, as a character, or returns `TL_DONE`. */
tl_status tl_dtmf_held(const struct tl_dtmf *dtmf, char *key);

/**
 * Writes the sound of a key, `samples` samples at 8,000 a second, its low and its high tone at
 * these levels in dBm0. The high one is usually 1 to 3 dB stronger, as lines weaken it more: -8
 * and -6 are usual. ITU-T Q.24 wants at least 40 ms (320 samples) of tone and as much pause.
 */
tl_status tl_dtmf_tone(char key, int8_t low_dbm0, int8_t high_dbm0, int16_t *pcm, size_t samples);

/* ===========================================================================
 * Keys cut out of the sound
 *
 * What a caller keys, a number of a card for one, is not heard at the far end or in a recording: the
 * sound passes, keys become silence that fades in and out over 4 ms.
 */

/** The most delay, in samples (50 ms), with which nothing of a key is heard. */
#define TL_DTMF_SUPPRESSOR_DELAY 400

/** A suppressor of keys in one direction of one call. */
typedef struct tl_dtmf_suppressor tl_dtmf_suppressor;

/** How many bytes a suppressor takes. */
size_t tl_dtmf_suppressor_size(void);

/**
 * Makes a suppressor in the caller's block of `size` bytes, aligned to `TL_ALIGN`, that delays the
 * sound by `delay` samples at 8,000 a second, at most `TL_DTMF_SUPPRESSOR_DELAY`. A key is known
 * 36 ms after it began: that much of it, less the delay, passes.
 */
tl_status tl_dtmf_suppressor_init(void *memory,
                                  size_t size,
                                  uint32_t delay,
                                  struct tl_dtmf_suppressor **suppressor);

#if defined(TL_STD)
/** As `tl_dtmf_suppressor_init`, in memory from the allocator. */
tl_status tl_dtmf_suppressor_new(uint32_t delay, struct tl_dtmf_suppressor **suppressor);
#endif

/** Ends a suppressor. NULL is fine. */
tl_status tl_dtmf_suppressor_free(struct tl_dtmf_suppressor *suppressor);

/**
 * Replaces `samples` PCM samples, a frame of any size up to 4,800, by the delayed sound without keys.
 * The answer does not depend on how the sound is cut into frames. Poll afterwards: when nobody takes
 * the keys that were found, `TL_ERR_UNDRAINED` says so at last and `pcm` is as it was.
 */
tl_status tl_dtmf_suppressor_process(struct tl_dtmf_suppressor *suppressor,
                                     int16_t *pcm,
                                     size_t samples);

/**
 * Stores the next key pressed or let go in `event`, counted in samples handed in (not delayed), or
 * returns `TL_DONE`.
 */
tl_status tl_dtmf_suppressor_poll(struct tl_dtmf_suppressor *suppressor, tl_dtmf_event *event);

/* ===========================================================================
 * Tones of the line
 *
 * Making the tones of a telephone network: dial, ringback, busy and so on, by frequency and cadence.
 * Sound is at 8,000 samples a second.
 */

/** Whose tones. */
TL_ENUM(tl_tone_plan, uint32_t) {
    /** Most of Europe (ETSI TS 122 001 annex F): 425 Hz. */
    TL_TONES_ETSI = 0,
    /** China: 450 Hz. */
    TL_TONES_CHINA = 1,
    /** United States, Canada and their neighbours. */
    TL_TONES_NORTH_AMERICA = 2,
    /** United Kingdom. */
    TL_TONES_UNITED_KINGDOM = 3,
};

/** What a tone tells. */
TL_ENUM(tl_tone_meaning, uint32_t) {
    /** The exchange waits for a number. */
    TL_TONE_DIAL = 1,
    /** The other telephone rings. */
    TL_TONE_RINGBACK = 2,
    /** The other telephone is in use. */
    TL_TONE_BUSY = 3,
    /** The network has no way there at the moment. */
    TL_TONE_CONGESTION = 4,
    /** The number cannot be reached. */
    TL_TONE_UNOBTAINABLE = 5,
    /** A short mark: now speak. */
    TL_TONE_BEEP = 6,
};

/** A tone being played. */
typedef struct tl_tone tl_tone;

/** How many bytes a tone takes. */
size_t tl_tone_size(void);

/**
 * Makes a tone in the caller's block of `size` bytes, aligned to `TL_ALIGN`: what `meaning`, a
 * `tl_tone_meaning`, sounds like in `plan`, a `tl_tone_plan`, at a level in dBm0; -10 is usual.
 */
tl_status tl_tone_init(void *memory,
                       size_t size,
                       uint32_t plan,
                       uint32_t meaning,
                       int8_t level_dbm0,
                       struct tl_tone **tone);

#if defined(TL_STD)
/** As `tl_tone_init`, in memory from the allocator. */
tl_status tl_tone_new(uint32_t plan, uint32_t meaning, int8_t level_dbm0, struct tl_tone **tone);
#endif

/** Ends a tone. NULL is fine. */
tl_status tl_tone_free(struct tl_tone *tone);

/** Fills `pcm` with the next `samples` samples; silence once a tone that does not repeat is over. */
tl_status tl_tone_fill(struct tl_tone *tone, int16_t *pcm, size_t samples);

/** Ends the tone without a click: fill once more, then it is silent. */
tl_status tl_tone_stop(struct tl_tone *tone);

/** Stores 1 in `finished` if only silence is left to come, else 0. */
tl_status tl_tone_is_finished(const struct tl_tone *tone, uint32_t *finished);

/* ===========================================================================
 * Tones of the line: hearing them
 *
 * The tones of a telephone network by cadence, fax and modem tones, a machine's beep, and who has
 * answered.
 */

/** To be listened for on a line: the tones of the network. */
#define TL_LISTEN_TONES 1

/** To be listened for: fax and modem tones. */
#define TL_LISTEN_FAX 2

/** To be listened for: who has answered, and the beep of a machine. */
#define TL_LISTEN_ANSWER 4

/** What a line event is. */
TL_ENUM(tl_line_kind, uint32_t) {
    /** A tone was recognised: value is a `tl_tone_meaning`, at where it was certain. */
    TL_LINE_TONE = 1,
    /** A fax or modem: value is a `tl_fax_tone`. */
    TL_LINE_FAX = 2,
    /** Somebody, something or nobody has answered: value is a `tl_answer`. */
    TL_LINE_ANSWERED = 3,
    /** A machine's beep is over: now speak. at is its end, duration its length. */
    TL_LINE_BEEP = 4,
};

/** Which fax tone. */
TL_ENUM(tl_fax_tone, uint32_t) {
    /** 1,100 Hz: a fax calls. */
    TL_FAX_CALLING = 1,
    /** 2,100 Hz: a fax or modem answers. */
    TL_FAX_ANSWER = 2,
};

/** Who has answered. */
TL_ENUM(tl_answer, uint32_t) {
    /** A person: a short greeting, then silence. */
    TL_ANSWER_HUMAN = 1,
    /** A machine: a long greeting, many words, or a beep. */
    TL_ANSWER_MACHINE = 2,
    /** Nobody has spoken. */
    TL_ANSWER_SILENCE = 3,
    /** None of these within the time given. */
    TL_ANSWER_UNKNOWN = 4,
};

/** A listener in one direction of one call. */
typedef struct tl_line tl_line;

/** How a line is listened to. */
typedef struct tl_line_config {
    /** Set by `tl_line_defaults`. */
    uint32_t struct_size;
    /** `TL_LISTEN_TONES`, `TL_LISTEN_FAX` and `TL_LISTEN_ANSWER` added up. Default: all. */
    uint32_t listen;
    /** Whose tones: a `tl_tone_plan`. Default: ETSI. */
    uint32_t plan;
    /** Answer: silence from the start that is nobody, in ms. Default: 2,500. */
    uint32_t initial_silence_ms;
    /** Answer: a greeting of this length is a machine's. Default: 1,500. */
    uint32_t greeting_ms;
    /** Answer: silence after a greeting that makes it a person's. Default: 800. */
    uint32_t silence_after_ms;
    /** Answer: a pause of this length parts two words. Default: 50. */
    uint32_t between_words_ms;
    /** Answer: shorter sounds are no words. Default: 100. */
    uint32_t word_ms;
    /** Answer: more words than this are a machine's. Default: 3. */
    uint32_t words;
    /** Answer: the whole time for a decision. Default: 5,000. */
    uint32_t total_ms;
} tl_line_config;

/** Something heard on a line. */
typedef struct tl_line_event {
    /** A `tl_line_kind`. */
    uint32_t kind;
    /** A value of the enum that the kind names. */
    uint32_t value;
    /** In samples since the listener began; 0 where the kind does not say. */
    uint64_t at;
    /** In samples; 0 where the kind does not say. */
    uint64_t duration;
} tl_line_event;

/** Fills in the default configuration. */
tl_status tl_line_defaults(struct tl_line_config *config, size_t struct_size);
#define tl_line_defaults(config) \
    (tl_line_defaults)((config), sizeof *(config))

/** How many bytes a listener takes. */
size_t tl_line_size(void);

/** Makes a listener in the caller's block of `size` bytes, aligned to `TL_ALIGN`. `config` may be NULL for the defaults. */
tl_status tl_line_init(void *memory,
                       size_t size,
                       const struct tl_line_config *config,
                       struct tl_line **line);

#if defined(TL_STD)
/** Makes a listener in memory from the allocator. `config` may be NULL for the defaults. */
tl_status tl_line_new(const struct tl_line_config *config, struct tl_line **line);
#endif

/** Ends a listener. NULL is fine. */
tl_status tl_line_free(struct tl_line *line);

/** Listens to `samples` samples, a frame of any size up to 640. Poll afterwards. */
tl_status tl_line_listen(struct tl_line *line, const int16_t *pcm, size_t samples);

/** Stores what was heard next in `event`, or returns `TL_DONE`. */
tl_status tl_line_poll(struct tl_line *line, struct tl_line_event *event);

/**
 * Stores the tone that sounds, a `tl_tone_meaning`: the one last told of, as long as nothing else has been
 * heard. Returns `TL_DONE` when there is none.
 */
tl_status tl_line_present(const struct tl_line *line,
                          uint32_t *meaning);

/* ===========================================================================
 * Tones of one's own
 *
 * Tones by frequency and cadence, as data: what a country or a PBX has that is in none of the plans,
 * played by the same `tl_tone` and heard by the same `tl_line`; and sine waves of any frequency at any
 * sample rate.
 *
 * tl_tone_step steps[] = {{400, 0, 250, 0}, {0, 0, 250, 0}};
 * tl_tone_shape busy = {TL_TONE_BUSY, 1, steps, 2};
 * tl_tone_own_new(&busy, -10, &tone);
 * tl_line_own_new(NULL, &busy, 1, &line);
 */

/** A sine wave, continuous in phase. */
typedef struct tl_oscillator tl_oscillator;

/** A part of a cadence. */
typedef struct tl_tone_step {
    /** A frequency in Hz, below 4,000; 0 is none. */
    uint16_t low_hz;
    /** One that sounds together with it; 0 is none. Both 0: silence. */
    uint16_t high_hz;
    /** How long, in milliseconds; 0 is for ever. */
    uint16_t ms;
    /** 0. */
    uint16_t reserved;
} tl_tone_step;

/** A tone as data. */
typedef struct tl_tone_shape {
    /** What it tells: a `tl_tone_meaning`. */
    uint32_t meaning;
    /** 1: after its last step comes the first again. 0: silence does. */
    uint32_t repeats;
    /** Its steps in order, of which one at least sounds. */
    const struct tl_tone_step *steps;
    /** How many, 1 to 64. */
    size_t count;
} tl_tone_shape;

/** Stores in `size` how many bytes a tone of this shape takes. */
tl_status tl_tone_own_size(const struct tl_tone_shape *shape, size_t *size);

/**
 * As `tl_tone_init`, of a shape of one's own, which is copied. Two frequencies together stay within 16
 * bits up to -3 dBm0 each.
 */
tl_status tl_tone_own_init(void *memory,
                           size_t size,
                           const struct tl_tone_shape *shape,
                           int8_t level_dbm0,
                           tl_tone **tone);

#if defined(TL_STD)
/** As `tl_tone_own_init`, in memory from the allocator. */
tl_status tl_tone_own_new(const struct tl_tone_shape *shape, int8_t level_dbm0, tl_tone **tone);
#endif

/** Stores in `size` how many bytes a listener for these tones takes. */
tl_status tl_line_own_size(const struct tl_tone_shape *shapes, size_t count, size_t *size);

/**
 * As `tl_line_init`, but the tones it listens for are `count` of one's own, which are copied, instead
 * of a plan's: at most one for each meaning, and together at most 12 frequencies.
 */
tl_status tl_line_own_init(void *memory,
                           size_t size,
                           const tl_line_config *config,
                           const struct tl_tone_shape *shapes,
                           size_t count,
                           tl_line **line);

#if defined(TL_STD)
/** As `tl_line_own_init`, in memory from the allocator. */
tl_status tl_line_own_new(const tl_line_config *config,
                          const struct tl_tone_shape *shapes,
                          size_t count,
                          tl_line **line);
#endif

/** The peak value of a sine at a level in dBm0, from -63 to 3: one at full scale has 3.14. */
int32_t tl_tone_amplitude(int8_t level_dbm0);

/** How many bytes a sine wave takes. */
size_t tl_oscillator_size(void);

/**
 * Makes a sine wave that begins at phase 0 in the caller's block of `size` bytes, aligned to
 * `TL_ALIGN`: its frequency in thousandths of a hertz, at most half the sample rate, and its level in
 * dBm0, limited to -63 to 3.
 */
tl_status tl_oscillator_init(void *memory,
                             size_t size,
                             uint32_t millihertz,
                             uint32_t sample_rate,
                             int8_t level_dbm0,
                             struct tl_oscillator **oscillator);

#if defined(TL_STD)
/** As `tl_oscillator_init`, in memory from the allocator. */
tl_status tl_oscillator_new(uint32_t millihertz,
                            uint32_t sample_rate,
                            int8_t level_dbm0,
                            struct tl_oscillator **oscillator);
#endif

/** Ends a sine wave. NULL is fine. */
tl_status tl_oscillator_free(struct tl_oscillator *oscillator);

/**
 * Adds the next `samples` samples of the wave to `pcm`, saturating: a tone of several frequencies is
 * several waves added to silence.
 */
tl_status tl_oscillator_add(struct tl_oscillator *oscillator,
                            int16_t *pcm,
                            size_t samples);

/* ===========================================================================
 * RTP
 *
 * Packets of RFC 3550, parsed without a copy and written into the caller's buffer.
 */

/** One RTP packet. After `tl_rtp_parse` the pointers lead into the datagram. */
typedef struct tl_rtp_packet {
    /** 1 for the first packet after silence or of an event, else 0. */
    uint8_t marker;
    /** The payload type, 0 to 127: 0 is µ-law, 8 A-law. */
    uint8_t payload_type;
    /** The sequence number. */
    uint16_t sequence;
    /** The instant of the payload's first sample, in units of its clock. */
    uint32_t timestamp;
    /** The synchronisation source. */
    uint32_t ssrc;
    /** Bytes of padding after the payload; 0 is none. */
    uint32_t padding;
    /** The payload, without padding. */
    const uint8_t *payload;
    /** Bytes of the payload. */
    size_t payload_len;
    /** Contributing sources, four bytes each in network order; NULL when there are none. */
    const uint8_t *csrcs;
    /** How many contributing sources, at most 15. */
    size_t csrc_count;
    /** The header extension's content; NULL when there is no extension. */
    const uint8_t *extension;
    /** Bytes of the extension, a multiple of four. */
    size_t extension_len;
    /** What the extension's profile defines. */
    uint32_t extension_profile;
    /** 1 when there is a header extension, which may be empty. */
    uint32_t has_extension;
} tl_rtp_packet;

/** Whether a datagram on a port shared by RTP and RTCP is RTCP (RFC 5761 §4). */
bool tl_rtp_is_rtcp(const uint8_t *datagram, size_t len);

/**
 * Takes a datagram apart; `packet` points into it, so it must outlive `packet`. Any bytes may come
 * in: what is not RTP is `TL_ERR_RTP_MALFORMED`.
 */
tl_status tl_rtp_parse(const uint8_t *datagram, size_t len, struct tl_rtp_packet *packet);

/**
 * Writes a packet into `datagram`, which has room for `room` bytes, and stores its length in
 * `len`. When the room is too small, returns `TL_ERR_BUFFER` and `len` says how much it takes.
 */
tl_status tl_rtp_write(const struct tl_rtp_packet *packet,
                       uint8_t *datagram,
                       size_t room,
                       size_t *len);

/* ===========================================================================
 * Keys as telephone events
 *
 * RFC 4733: keys in packets of their own. The sender counts in the clock of the sound beside it, the
 * receiver is right when packets are lost, doubled or out of order. Codes 0 to 9 are the digits, 10
 * is `*`, 11 `#`, 12 to 15 are A to D.
 */

/** Receives telephone events. */
typedef struct tl_event_receiver tl_event_receiver;

/** Sends telephone events. */
typedef struct tl_event_sender tl_event_sender;

/**
 * A packet to send: give it the next sequence number and the telephone-event payload type, as
 * `tl_rtp_sender_packet` does.
 */
typedef struct tl_event_packet {
    /** 1 on the first packet of an event. */
    uint32_t marker;
    /** The payload. */
    uint8_t payload[4];
    /** The instant of the event's start: the same in all its packets. */
    uint64_t clock;
} tl_event_packet;

/** A key pressed or let go. Exactly one of each for each press. */
typedef struct tl_event_signal {
    /** 1: it was pressed. 0: it was let go. */
    uint32_t down;
    /** The event. */
    uint32_t event;
    /** The RTP timestamp of its start. */
    uint32_t timestamp;
    /** Let go: how long it lasted, in ticks, as far as the sender's word goes. */
    uint32_t duration;
    /** Let go: 1 if the sender said so, 0 if silence or another event ended it. */
    uint32_t complete;
    /** Pressed: its power below 0 dBm0, in dB. */
    uint32_t volume;
} tl_event_signal;

/** How many bytes a sender of events takes. */
size_t tl_event_sender_size(void);

/**
 * Makes a sender of events in the caller's block of `size` bytes, aligned to `TL_ALIGN`;
 * `clock_rate` is ticks a second, usually 8,000.
 */
tl_status tl_event_sender_init(void *memory,
                               size_t size,
                               uint32_t clock_rate,
                               struct tl_event_sender **event_sender);

#if defined(TL_STD)
/** The same in memory from the allocator. */
tl_status tl_event_sender_new(uint32_t clock_rate, struct tl_event_sender **event_sender);
#endif

/** Ends a sender of events. NULL is fine. */
tl_status tl_event_sender_free(struct tl_event_sender *event_sender);

/** Begins an event that lasts until `tl_event_release`. `TL_ERR_BUSY` while another is being sent. */
tl_status tl_event_press(struct tl_event_sender *event_sender, uint32_t event, uint64_t now);

/** Ends an event that was pressed. */
tl_status tl_event_release(struct tl_event_sender *event_sender, uint64_t now);

/** Sends an event of a known duration, in ticks. */
tl_status tl_event_send(struct tl_event_sender *event_sender,
                        uint32_t event,
                        uint64_t now,
                        uint32_t duration);

/** Stores the next packet due in `packet`, or returns `TL_DONE`. */
tl_status tl_event_sender_poll(struct tl_event_sender *event_sender,
                               uint64_t now,
                               struct tl_event_packet *packet);

/** Stores when the next packet is due; `TL_NONE` when no event is being sent. */
tl_status tl_event_sender_deadline(const struct tl_event_sender *event_sender, uint64_t *at);

/** Stores the event that is being sent, or returns `TL_DONE`. */
tl_status tl_event_sender_active(const struct tl_event_sender *event_sender, uint32_t *event);

/** How many bytes a receiver of events takes. */
size_t tl_event_receiver_size(void);

/**
 * Makes a receiver of events in the caller's block of `size` bytes, aligned to `TL_ALIGN`;
 * `clock_rate` is ticks a second, usually 8,000.
 */
tl_status tl_event_receiver_init(void *memory,
                                 size_t size,
                                 uint32_t clock_rate,
                                 struct tl_event_receiver **event_receiver);

#if defined(TL_STD)
/** The same in memory from the allocator. */
tl_status tl_event_receiver_new(uint32_t clock_rate, struct tl_event_receiver **event_receiver);
#endif

/** Ends a receiver of events. NULL is fine. */
tl_status tl_event_receiver_free(struct tl_event_receiver *event_receiver);

/**
 * Takes in a packet of the telephone-event payload type, as `tl_rtp_parse` takes it apart, that
 * arrived at `now_us` of any steady clock. Poll afterwards.
 */
tl_status tl_event_receiver_handle(struct tl_event_receiver *event_receiver,
                                   const tl_rtp_packet *packet,
                                   uint64_t now_us);

/** Time has passed: an event whose packets have stopped ends. */
tl_status tl_event_receiver_tick(struct tl_event_receiver *event_receiver, uint64_t now_us);

/**
 * Stores when the receiver wants `tl_event_receiver_tick` at the latest; `TL_NONE` when not before
 * the next packet.
 */
tl_status tl_event_receiver_deadline(const struct tl_event_receiver *event_receiver,
                                     uint64_t *at_us);

/** Stores the next key pressed or let go in `signal`, or returns `TL_DONE`. */
tl_status tl_event_receiver_poll(struct tl_event_receiver *event_receiver,
                                 struct tl_event_signal *signal);

/** Stores the event that is being heard and its duration so far in ticks, or returns `TL_DONE`. */
tl_status tl_event_receiver_active(const struct tl_event_receiver *event_receiver,
                                   uint32_t *event,
                                   uint32_t *duration);

/* ===========================================================================
 * RTCP and call quality
 *
 * Statistics of a received stream as RFC 3550 counts them, reports in both directions, and what the
 * E-model says of it all.
 */

/** What a packet is to its stream. */
TL_ENUM(tl_rtp_arrival, uint32_t) {
    /** It belongs to the stream. */
    TL_RTP_ACCEPTED = 1,
    /** It begins the stream: the first of all, of another source, or after a jump. */
    TL_RTP_RESTARTED = 2,
    /** Not yet: its source has not shown enough packets in sequence. */
    TL_RTP_PROBATION = 3,
    /** It has been here before. */
    TL_RTP_DUPLICATE = 4,
    /** Its number is far from the stream's; the next one may confirm a jump. */
    TL_RTP_JUMP = 5,
    /** Of another source while one is established. */
    TL_RTP_OTHER_SOURCE = 6,
};

/** What is counted of one received stream. */
typedef struct tl_rtp_receiver tl_rtp_receiver;

/** One reception report. */
typedef struct tl_rtcp_report {
    /** The stream it is about. */
    uint32_t ssrc;
    /** Packets lost since the last report, in 256ths. */
    uint32_t fraction_lost;
    /** Packets lost in all, 24 bits signed. */
    int32_t lost;
    /** The highest sequence number, its wraps in the upper 16 bits. */
    uint32_t highest_sequence;
    /** Interarrival jitter in timestamp units. */
    uint32_t jitter;
    /** The middle 32 bits of the last sender report's NTP time; 0 for none. */
    uint32_t last_sender_report;
    /** How long ago that was, in 65,536ths of a second. */
    uint32_t delay;
    /** 0. */
    uint32_t reserved;
} tl_rtcp_report;

/** What a sender says of its own stream. */
typedef struct tl_rtcp_sender {
    /** Now, as NTP counts: seconds since 1900 in the upper 32 bits. */
    uint64_t ntp;
    /** The same instant as an RTP timestamp. */
    uint32_t rtp;
    /** Packets sent. */
    uint32_t packets;
    /** Bytes of payload sent. */
    uint32_t octets;
    /** 0. */
    uint32_t reserved;
} tl_rtcp_sender;

/** What is known of a received stream. */
typedef struct tl_rtp_statistics {
    /** Packets accepted. */
    uint64_t received;
    /** Packets expected less those received; duplicates can make it negative. */
    int64_t lost;
    /** Packets that had come before. */
    uint64_t duplicates;
    /** Packets that came after a later one. */
    uint64_t reordered;
    /** Packets discarded for other reasons. */
    uint64_t discarded;
    /** Times the stream began afresh. */
    uint32_t restarts;
    /** Interarrival jitter in timestamp units (RFC 3550 section 6.4.1). */
    uint32_t jitter;
    /** For later versions; 0. */
    uint64_t reserved[2];
} tl_rtp_statistics;

/** What a compound packet says. */
typedef struct tl_rtcp_summary {
    /** Who sends it. */
    uint32_t ssrc;
    /** 1 if it has a sender report, in `sender`. */
    uint32_t has_sender;
    /** 1 if it reports on the stream that was asked about, in `report`. */
    uint32_t has_report;
    /** 1 if its sender leaves. */
    uint32_t leaves;
    /** What the sender says of its own stream. */
    struct tl_rtcp_sender sender;
    /** What it heard of the stream that was asked about. */
    struct tl_rtcp_report report;
} tl_rtcp_summary;

/**
 * Stores how long it was from our report to the sender of this one and back, in 65,536ths of a second;
 * `ntp` is when this report arrived, as NTP counts. `TL_DONE`: it does not say.
 */
tl_status tl_rtcp_round_trip(const struct tl_rtcp_report *report,
                             uint64_t ntp,
                             uint32_t *trip);

/** How many bytes a receiver takes. */
size_t tl_rtp_receiver_size(void);

/**
 * Makes a receiver in the caller's block of `size` bytes, aligned to `TL_ALIGN`;
 * `clock_rate` is timestamp units a second, 8,000 for telephone sound.
 */
tl_status tl_rtp_receiver_init(void *memory,
                               size_t size,
                               uint32_t clock_rate,
                               struct tl_rtp_receiver **rtp_receiver);

#if defined(TL_STD)
/** The same in memory from the allocator. */
tl_status tl_rtp_receiver_new(uint32_t clock_rate, struct tl_rtp_receiver **rtp_receiver);
#endif

/** Ends a receiver. NULL is fine. */
tl_status tl_rtp_receiver_free(struct tl_rtp_receiver *rtp_receiver);

/**
 * Takes in a packet that arrived at `arrival_us` of a steady clock. Stores what it is to the
 * stream, a `tl_rtp_arrival`, in `arrival`, which may be NULL.
 */
tl_status tl_rtp_receiver_receive(struct tl_rtp_receiver *rtp_receiver,
                                  const tl_rtp_packet *packet,
                                  uint64_t arrival_us,
                                  uint32_t *arrival);

/**
 * Takes in what the sender `ssrc` said of its stream, in a sender report that arrived at
 * `arrival_us`.
 */
tl_status tl_rtp_receiver_sender_report(struct tl_rtp_receiver *rtp_receiver,
                                        uint32_t ssrc,
                                        const struct tl_rtcp_sender *sender,
                                        uint64_t arrival_us);

/**
 * Stores a report on the stream for its sender, or returns `TL_DONE` before there is a stream.
 * Begins a new interval for `fraction_lost`.
 */
tl_status tl_rtp_receiver_report(struct tl_rtp_receiver *rtp_receiver,
                                 uint64_t now_us,
                                 struct tl_rtcp_report *report);

/** Stores what is known of the stream. */
tl_status tl_rtp_receiver_get_statistics(const struct tl_rtp_receiver *rtp_receiver,
                                         struct tl_rtp_statistics *statistics);

/**
 * Writes a compound packet of `ssrc` into `datagram`, which has room for `room` bytes, and stores
 * its length in `len`: a sender report if `sender` is not NULL, else a receiver report, with `count`
 * reports, 31 at most, and its canonical name, with a NUL; and a goodbye if `leaves` is not 0.
 */
tl_status tl_rtcp_write(uint32_t ssrc,
                        const struct tl_rtcp_sender *sender,
                        const struct tl_rtcp_report *reports,
                        size_t count,
                        const char *cname,
                        uint32_t leaves,
                        uint8_t *datagram,
                        size_t room,
                        size_t *len);

/**
 * Stores what a compound packet says, of its sender and of the stream `about`, which is yours. Any
 * bytes may come in: what is not RTCP is `TL_ERR_RTP_MALFORMED`.
 */
tl_status tl_rtcp_parse(const uint8_t *datagram,
                        size_t len,
                        uint32_t about,
                        struct tl_rtcp_summary *summary);

/**
 * Stores the mean opinion score, 1 to 4.5, that ITU-T G.107's E-model gives a call over G.711 with
 * this delay from mouth to ear, share of packets lost (0 to 1), and burstiness (1 for losses at
 * random); `concealed` is 1 where losses are concealed, as `tl_jitter` does.
 */
tl_status tl_rtp_quality(double delay_ms,
                         double loss,
                         double burst,
                         uint32_t concealed,
                         double *mos);

/* ===========================================================================
 * RTCP: all that a compound packet says
 *
 * Beside what `tl_rtcp_write` writes and `tl_rtcp_parse` sums up: every report of it, what sources say
 * of themselves beyond their canonical name, who leaves and why, and packets of an application's own.
 * And sequence numbers and timestamps that do not wrap.
 */

/** What an item says. The numbers up to 255 are those of RFC 3550 section 6.5. */
TL_ENUM(tl_rtcp_item_kind, uint32_t) {
    /** The canonical name. */
    TL_RTCP_CNAME = 1,
    /** The user's name. */
    TL_RTCP_NAME = 2,
    /** An address for mail. */
    TL_RTCP_EMAIL = 3,
    /** A telephone number. */
    TL_RTCP_PHONE = 4,
    /** Where the user is. */
    TL_RTCP_LOC = 5,
    /** The application that sends. */
    TL_RTCP_TOOL = 6,
    /** What there is to be noted now. */
    TL_RTCP_NOTE = 7,
    /** An extension of one's own. */
    TL_RTCP_PRIV = 8,
    /** The source leaves; the text is why, if it says so. */
    TL_RTCP_GOODBYE = 256,
    /** A packet of an application's own (APP): the text is its content, `detail` its name. */
    TL_RTCP_APPLICATION = 257,
};

/** Something that a compound packet says of a source. */
typedef struct tl_rtcp_item {
    /** The source. */
    uint32_t ssrc;
    /** A `tl_rtcp_item_kind`. */
    uint32_t kind;
    /** What is said, UTF-8 if the sender keeps to the RFC: without a NUL, and in the datagram. */
    const uint8_t *text;
    /** Bytes of it. */
    size_t len;
    /** The four characters that name an application's packet, the first one uppermost; else 0. */
    uint32_t detail;
    /** The five bits of its subtype. */
    uint32_t subtype;
} tl_rtcp_item;

/** A report of a compound packet, and whose. */
typedef struct tl_rtcp_block {
    /** Who reports. */
    uint32_t from;
    /** 0. */
    uint32_t reserved;
    /** What it heard of one stream. */
    tl_rtcp_report report;
} tl_rtcp_block;

/**
 * Stores as many items of a compound packet as there is `room` for, in their order, and in `count` how
 * many there are. What is not RTCP is `TL_ERR_RTP_MALFORMED`.
 */
tl_status tl_rtcp_list_items(const uint8_t *datagram,
                             size_t len,
                             struct tl_rtcp_item *items,
                             size_t room,
                             size_t *count);

/** As `tl_rtcp_list_items`, the reports, on whatever stream. */
tl_status tl_rtcp_list_reports(const uint8_t *datagram,
                               size_t len,
                               struct tl_rtcp_block *reports,
                               size_t room,
                               size_t *count);

/**
 * Adds a description of `ssrc` behind the `*len` bytes of a compound packet in `datagram`, which has
 * room for `room` bytes, and stores in `len` how long it is then: one item, of at most 255 bytes.
 * `kind` is a `tl_rtcp_item_kind`, or a number of one's own up to 255.
 */
tl_status tl_rtcp_add_item(uint8_t *datagram,
                           size_t room,
                           size_t *len,
                           uint32_t ssrc,
                           uint32_t kind,
                           const uint8_t *text,
                           size_t text_len);

/**
 * As `tl_rtcp_add_item`, a goodbye of `count` sources, 31 at most, with a reason of at most 255 bytes,
 * which may be of length 0.
 */
tl_status tl_rtcp_add_goodbye(uint8_t *datagram,
                              size_t room,
                              size_t *len,
                              const uint32_t *sources,
                              size_t count,
                              const uint8_t *reason,
                              size_t reason_len);

/**
 * Turns a 16-bit sequence number into one that does not wrap: the nearest to `highest`, the highest so
 * far, which is `TL_NONE` at first and becomes this one if it is. The first number counts from 65,536
 * on, so that what comes late before it has one too.
 */
tl_status tl_rtp_unwrap_sequence(uint64_t *highest,
                                 uint16_t sequence,
                                 uint64_t *unwrapped);

/** As `tl_rtp_unwrap_sequence`, a 32-bit timestamp; the first counts from 2 to the 32nd on. */
tl_status tl_rtp_unwrap_timestamp(uint64_t *highest, uint32_t timestamp, uint64_t *unwrapped);

/* ===========================================================================
 * What one source sends
 *
 * Packets numbered and stamped, and counted for the sender's own reports (RFC 3550 section 6.4.1):
 *
 * tl_rtp_sender_packet(sender, 8, first, clock, codes, 160, &packet);
 * tl_rtp_write(&packet, datagram, sizeof datagram, &len);
 * if (send(socket, datagram, len, 0) >= 0) tl_rtp_sender_sent(sender, &packet);
 */

/** A source of packets: the voice of one call in one direction, with its events. */
typedef struct tl_rtp_sender tl_rtp_sender;

/** How many bytes a sender takes. */
size_t tl_rtp_sender_size(void);

/**
 * Makes a sender in the caller's block of `size` bytes, aligned to `TL_ALIGN`: the synchronisation
 * source, the number of the first packet, and the timestamp of the instant 0. RFC 3550 wants all three
 * at random.
 */
tl_status tl_rtp_sender_init(void *memory,
                             size_t size,
                             uint32_t ssrc,
                             uint16_t first_sequence,
                             uint32_t timestamp_offset,
                             struct tl_rtp_sender **rtp_sender);

#if defined(TL_STD)
/** As `tl_rtp_sender_init`, in memory from the allocator. */
tl_status tl_rtp_sender_new(uint32_t ssrc,
                            uint16_t first_sequence,
                            uint32_t timestamp_offset,
                            struct tl_rtp_sender **rtp_sender);
#endif

/** Ends a sender. NULL is fine. */
tl_status tl_rtp_sender_free(struct tl_rtp_sender *rtp_sender);

/**
 * Fills in the next packet, for `tl_rtp_write`; `packet` points to the payload, so that must outlive
 * it. `payload_type` is 0 to 127, `marker` 1 for the first packet after silence or of an event, `clock`
 * the instant of the payload's first sample, counted in its units from the call's start; that of a
 * `tl_event_packet` is meant here. The packet counts only once `tl_rtp_sender_sent` has it; extension,
 * contributing sources and padding may be added before.
 */
tl_status tl_rtp_sender_packet(const struct tl_rtp_sender *rtp_sender,
                               uint8_t payload_type,
                               uint32_t marker,
                               uint64_t clock,
                               const uint8_t *payload,
                               size_t payload_len,
                               tl_rtp_packet *packet);

/**
 * Counts a packet of `tl_rtp_sender_packet` as sent: the next one has the next number. One that is not
 * the next of this source, because it was counted before, is `TL_ERR_ARGUMENT`.
 */
tl_status tl_rtp_sender_sent(struct tl_rtp_sender *rtp_sender,
                             const tl_rtp_packet *packet);

/**
 * Stores what a sender report (`tl_rtcp_write`) says of the stream now: `ntp` as NTP counts, seconds
 * since 1900 in the upper 32 bits, and `clock` the same instant as in `tl_rtp_sender_packet`.
 */
tl_status tl_rtp_sender_info(const struct tl_rtp_sender *rtp_sender,
                             uint64_t ntp,
                             uint64_t clock,
                             tl_rtcp_sender *info);

/* ===========================================================================
 * Jitter buffer
 *
 * Packets in, in whatever order the network brings them; exactly as many samples out as are asked
 * for, at 8,000 a second, what is missing concealed. The playout delay adapts to the network. All
 * times are microseconds of one steady clock of the caller's.
 */

/** What the packets of a stream hold. */
TL_ENUM(tl_jitter_codec, uint32_t) {
    /** G.711, one timestamp unit a sample: pulled by `tl_jitter_pull`. */
    TL_JITTER_G711 = 0,
    /**
     * Opus, six units a sample (RFC 7587): pulled by `tl_jitter_pull_opus`. Not in a library built
     * without Opus.
     */
    TL_JITTER_OPUS = 1,
};

/** What became of a packet. */
TL_ENUM(tl_jitter_verdict, uint32_t) {
    /** It waits for its time. */
    TL_JITTER_TAKEN = 1,
    /** A packet of the same timestamp has come before. */
    TL_JITTER_DUPLICATE = 2,
    /** What it holds has been played or replaced already. */
    TL_JITTER_LATE = 3,
    /**
     * Another source, or a timestamp far from the stream's: kept until the next packet shows
     * whether this is a new stream or a stray.
     */
    TL_JITTER_SUSPECT = 4,
    /** The second packet of a new stream: the buffer has started afresh with both. */
    TL_JITTER_RESTARTED = 5,
    /** Empty, or longer than a telephone frame can be. */
    TL_JITTER_UNUSABLE = 6,
};

/** What most of a pull's samples are. */
TL_ENUM(tl_jitter_sound, uint32_t) {
    /** Received audio. */
    TL_JITTER_VOICE = 1,
    /** Made up for packets that did not come in time. */
    TL_JITTER_CONCEALED = 2,
    /** The sender's pause, filled with noise of the level it named. */
    TL_JITTER_COMFORT_NOISE = 3,
    /** Nothing to play: before the first packet, or long after the last. */
    TL_JITTER_SILENCE = 4,
};

/** The receiving end of one stream of G.711 or Opus. */
typedef struct tl_jitter tl_jitter;

/** How a jitter buffer behaves. */
typedef struct tl_jitter_config {
    /** Set by `tl_jitter_defaults`. */
    uint32_t struct_size;
    /** A `tl_g711_law`. Default: A-law. */
    uint32_t law;
    /** The least playout delay in milliseconds. Default: 30. */
    uint32_t min_delay_ms;
    /** The most, at most 500; equal to the least for a fixed delay. Default: 300. */
    uint32_t max_delay_ms;
    /** A `tl_jitter_codec`. Default: G.711. */
    uint32_t codec;
    /** Must be 0. */
    uint32_t reserved;
} tl_jitter_config;

/** One RTP packet of audio, as `tl_rtp_parse` takes it apart. */
typedef struct tl_jitter_packet {
    /** Synchronisation source. */
    uint32_t ssrc;
    /** RTP timestamp. */
    uint32_t timestamp;
    /** RTP sequence number. */
    uint16_t sequence;
    /** 1 if the payload type is comfort noise (13, or the negotiated one), else 0. */
    uint16_t comfort_noise;
    /** 0. */
    uint32_t reserved;
    /** The payload: G.711 codes, an Opus packet, or comfort noise as in RFC 3389. */
    const uint8_t *payload;
    /** Bytes of the payload. */
    size_t payload_len;
    /** When it arrived, in microseconds of the clock that `tl_jitter_pull` is given. */
    uint64_t arrival_us;
} tl_jitter_packet;

/** What a pull gave. */
typedef struct tl_jitter_pulled {
    /** A `tl_jitter_sound`. */
    uint32_t sound;
    /** Playout delay of the first sample, in milliseconds. */
    uint32_t delay_ms;
    /** RTP timestamp of the first sample; `TL_NONE` before the first packet is played. */
    uint64_t timestamp;
} tl_jitter_pulled;

/** What has happened since the buffer was made. */
typedef struct tl_jitter_stats {
    /** Packets inserted; the sum of all verdicts. */
    uint64_t packets;
    /** Packets taken. */
    uint64_t taken;
    /** Packets whose timestamp had come before. */
    uint64_t duplicate;
    /** Packets that came after their time. */
    uint64_t late;
    /** Packets of another source or clock that no second one confirmed, and unusable ones. */
    uint64_t refused;
    /** Packets taken and then dropped unheard: the buffer was full, or the delay at its maximum. */
    uint64_t dropped;
    /** Times the buffer started afresh. */
    uint64_t restarts;
    /** Samples pulled; the sum of the four kinds below. */
    uint64_t samples;
    /** Received audio. */
    uint64_t voice_samples;
    /** Concealment. */
    uint64_t concealed_samples;
    /** Comfort noise. */
    uint64_t noise_samples;
    /** Silence. */
    uint64_t silent_samples;
    /** Samples of received audio left out to shorten the delay. */
    uint64_t removed_samples;
    /** Samples put in to lengthen the delay. */
    uint64_t added_samples;
    /** Playout delay of the last pull, in milliseconds. */
    uint32_t delay_ms;
    /** The delay aimed at, in milliseconds. */
    uint32_t target_ms;
    /** For later versions; 0. */
    uint64_t reserved[4];
} tl_jitter_stats;

/** Fills in the default configuration. */
tl_status tl_jitter_defaults(struct tl_jitter_config *config, size_t struct_size);
#define tl_jitter_defaults(config) \
    (tl_jitter_defaults)((config), sizeof *(config))

/** How many bytes a jitter buffer takes. */
size_t tl_jitter_size(void);

/**
 * Makes a jitter buffer in the caller's block of `size` bytes, aligned to `TL_ALIGN`. `config` may
 * be NULL for the defaults.
 */
tl_status tl_jitter_init(void *memory,
                         size_t size,
                         const struct tl_jitter_config *config,
                         struct tl_jitter **jitter);

#if defined(TL_STD)
/** Makes a jitter buffer in memory from the allocator. `config` may be NULL for the defaults. */
tl_status tl_jitter_new(const struct tl_jitter_config *config, struct tl_jitter **jitter);
#endif

/** Ends a jitter buffer. NULL is fine. */
tl_status tl_jitter_free(struct tl_jitter *jitter);

/**
 * Takes in a packet; its payload is copied. Stores what became of it, a `tl_jitter_verdict`, in
 * `verdict`, which may be NULL.
 */
tl_status tl_jitter_insert(struct tl_jitter *jitter,
                           const struct tl_jitter_packet *packet,
                           uint32_t *verdict);

/**
 * Fills `pcm` with the next `samples` samples, whatever has arrived. `pulled` says what they are;
 * it may be NULL.
 */
tl_status tl_jitter_pull(struct tl_jitter *jitter,
                         uint64_t now_us,
                         int16_t *pcm,
                         size_t samples,
                         struct tl_jitter_pulled *pulled);

/** Stores what has happened so far. */
tl_status tl_jitter_get_stats(const struct tl_jitter *jitter, struct tl_jitter_stats *stats);

/* ===========================================================================
 * Voice: activity, comfort noise, concealment, gain
 *
 * Passive parts for sound at 8,000 samples a second, in frames of any size.
 */

/** Automatic gain control of one voice. */
typedef struct tl_agc tl_agc;

/** Comfort noise. */
typedef struct tl_noise tl_noise;

/** Concealment of lost packets, for streams without a `tl_jitter`, which has its own. */
typedef struct tl_plc tl_plc;

/** A detector of voice activity. */
typedef struct tl_vad tl_vad;

/** How a gain control works. */
typedef struct tl_agc_config {
    /** Set by `tl_agc_defaults`. */
    uint32_t struct_size;
    /** The level to aim at, in dB below full scale. */
    int32_t target_dbov;
    /** The most gain, in dB. */
    uint32_t most_gain_db;
    /** The most loss, in dB. */
    uint32_t most_loss_db;
} tl_agc_config;

/** How many bytes a detector takes. */
size_t tl_vad_size(void);

/**
 * Makes a detector in the caller's block of `size` bytes, aligned to `TL_ALIGN`, that holds
 * on to speech for `hangover_ms` after its last loud block; 200 suits.
 */
tl_status tl_vad_init(void *memory, size_t size, uint16_t hangover_ms, struct tl_vad **vad);

#if defined(TL_STD)
/** As `tl_vad_init`, in memory from the allocator. */
tl_status tl_vad_new(uint16_t hangover_ms, struct tl_vad **vad);
#endif

/** Ends a detector. NULL is fine. */
tl_status tl_vad_free(struct tl_vad *vad);

/** Hears the next `samples` samples, and stores 1 in `voice` if there is speech among them, else 0. */
tl_status tl_vad_heard(struct tl_vad *vad, const int16_t *pcm, size_t samples, uint32_t *voice);

/** Stores 1 in `active` if the last 10 ms were speech, or it is held on to still, else 0. */
tl_status tl_vad_is_active(const struct tl_vad *vad, uint32_t *active);

/** Stores the mean square of the noise between words. */
tl_status tl_vad_noise(const struct tl_vad *vad, uint32_t *mean_square);

/**
 * Describes a pause for the far end: writes a comfort-noise payload (RFC 3389) of at most `room`
 * bytes, 17 at most, and stores its length in `len`.
 */
tl_status tl_noise_describe(const int16_t *pcm,
                            size_t samples,
                            uint8_t *payload,
                            size_t room,
                            size_t *len);

/** How many bytes a generator of comfort noise takes. */
size_t tl_noise_size(void);

/**
 * Makes a generator of comfort noise in the caller's block of `size` bytes, aligned to
 * `TL_ALIGN`, silent at first; the seed decides the noise.
 */
tl_status tl_noise_init(void *memory, size_t size, uint32_t seed, struct tl_noise **noise);

#if defined(TL_STD)
/** As `tl_noise_init`, in memory from the allocator. */
tl_status tl_noise_new(uint32_t seed, struct tl_noise **noise);
#endif

/** Ends a generator of comfort noise. NULL is fine. */
tl_status tl_noise_free(struct tl_noise *noise);

/** Takes over a comfort-noise payload (RFC 3389); an empty one changes nothing. */
tl_status tl_noise_update(struct tl_noise *noise, const uint8_t *payload, size_t len);

/** White noise of this mean square from now on, for a far end that says nothing of its pauses. */
tl_status tl_noise_white(struct tl_noise *noise, uint32_t mean_square);

/** Silence from now on; the next noise fades in. */
tl_status tl_noise_stop(struct tl_noise *noise);

/** Fills `pcm` with the next `samples` samples. */
tl_status tl_noise_fill(struct tl_noise *noise, int16_t *pcm, size_t samples);

/** Adds the next `samples` samples to what is in `pcm`, saturating. */
tl_status tl_noise_add(struct tl_noise *noise, int16_t *pcm, size_t samples);

/** How many bytes a concealer takes. */
size_t tl_plc_size(void);

/** Makes a concealer in the caller's block of `size` bytes, aligned to `TL_ALIGN`. */
tl_status tl_plc_init(void *memory, size_t size, struct tl_plc **plc);

#if defined(TL_STD)
/** Makes a concealer in memory from the allocator. */
tl_status tl_plc_new(struct tl_plc **plc);
#endif

/** Ends a concealer. NULL is fine. */
tl_status tl_plc_free(struct tl_plc *plc);

/** Hears a received frame; after a loss its beginning is blended with the concealment. */
tl_status tl_plc_received(struct tl_plc *plc, int16_t *pcm, size_t samples);

/** Makes up the samples of a lost frame. */
tl_status tl_plc_conceal(struct tl_plc *plc, int16_t *pcm, size_t samples);

/**
 * Makes up the `samples` samples of a lost frame when the `next_samples` after it are there already,
 * from both sides, so that nothing jumps where they meet; those then go through `tl_plc_received` as
 * ever. Of more than 60 ms only the end is made from both. `pcm` and `next` must not overlap.
 */
tl_status tl_plc_bridge(struct tl_plc *plc,
                        int16_t *pcm,
                        size_t samples,
                        const int16_t *next,
                        size_t next_samples);

/** Stores how many samples have been made up since the last received frame. */
tl_status tl_plc_lost(const struct tl_plc *plc, uint32_t *samples);

/** Fills in the default configuration. */
tl_status tl_agc_defaults(struct tl_agc_config *config, size_t struct_size);
#define tl_agc_defaults(config) \
    (tl_agc_defaults)((config), sizeof *(config))

/** How many bytes a gain control takes. */
size_t tl_agc_size(void);

/** Makes a gain control in the caller's block of `size` bytes, aligned to `TL_ALIGN`. `config` may be NULL for the defaults. */
tl_status tl_agc_init(void *memory,
                      size_t size,
                      const struct tl_agc_config *config,
                      struct tl_agc **agc);

#if defined(TL_STD)
/** Makes a gain control in memory from the allocator. `config` may be NULL for the defaults. */
tl_status tl_agc_new(const struct tl_agc_config *config, struct tl_agc **agc);
#endif

/** Ends a gain control. NULL is fine. */
tl_status tl_agc_free(struct tl_agc *agc);

/** Amplifies the next `samples` samples in place. */
tl_status tl_agc_process(struct tl_agc *agc, int16_t *pcm, size_t samples);

/** Stores the gain of the moment, as `tl_mix_gain` counts it. */
tl_status tl_agc_gain(const struct tl_agc *agc, uint16_t *gain);

/* ===========================================================================
 * Mixing
 *
 * Plain functions over frames, a gain that moves without clicks, and the bridge of a call with a
 * supervisor. A gain is a factor of amplitude in 4,096ths: `TL_GAIN_UNITY` is as it came, 32,767 the
 * most (+18 dB).
 */

/** The gain that changes nothing. */
#define TL_GAIN_UNITY 4096

/** How many samples a fade takes: 5 ms at 8,000 a second. */
#define TL_FADE_SAMPLES 40

/** What a supervisor does on a call. */
TL_ENUM(tl_supervision, uint32_t) {
    /** Not on the call. */
    TL_SUPERVISION_AWAY = 0,
    /** Hears both, is heard by nobody. */
    TL_SUPERVISION_MONITOR = 1,
    /** Hears both, is heard by the agent only. */
    TL_SUPERVISION_WHISPER = 2,
    /** A conference of three. */
    TL_SUPERVISION_BARGE = 3,
};

/** A call between a caller and an agent, with a place for a supervisor. Changes fade over 5 ms. */
typedef struct tl_bridge tl_bridge;

/**
 * A gain that moves to where it is sent along a straight line of `TL_FADE_SAMPLES`: short enough for
 * speech, and long enough not to click.
 */
typedef struct tl_fade tl_fade;

/** The gain of so many decibels, from -60 (silence) to +18. */
uint16_t tl_mix_gain(int8_t db);

/** Amplifies `samples` samples in place. */
tl_status tl_mix_scale(int16_t *pcm, size_t samples, uint16_t gain);

/** Adds `samples` samples of `voice`, amplified, to `pcm`, saturating. The two must not overlap. */
tl_status tl_mix_add(int16_t *pcm, const int16_t *voice, size_t samples, uint16_t gain);

/**
 * Adds one party of a conference to its running total, which begins with zeros. With
 * `tl_mix_others` a conference of N costs 2 N passes.
 */
tl_status tl_mix_total(int32_t *sum, const int16_t *voice, size_t samples);

/** Writes into `pcm` what a member of a conference hears: the total less its own voice. */
tl_status tl_mix_others(const int32_t *sum, const int16_t *own, size_t samples, int16_t *pcm);

/** How many bytes a fade takes. */
size_t tl_fade_size(void);

/** Makes a fade in the caller's block of `size` bytes, aligned to `TL_ALIGN`, at rest at `gain`. */
tl_status tl_fade_init(void *memory, size_t size, uint16_t gain, struct tl_fade **fade);

#if defined(TL_STD)
/** As `tl_fade_init`, in memory from the allocator. */
tl_status tl_fade_new(uint16_t gain, struct tl_fade **fade);
#endif

/** Ends a fade. NULL is fine. */
tl_status tl_fade_free(struct tl_fade *fade);

/** From the next sample on the gain moves to `gain`, from wherever it is now. */
tl_status tl_fade_to(struct tl_fade *fade, uint16_t gain);

/** Stores where the gain is or goes to, and 1 in `still` once it has arrived there, else 0. */
tl_status tl_fade_get(const struct tl_fade *fade, uint16_t *target, uint32_t *still);

/** Amplifies the next `samples` samples in place. */
tl_status tl_fade_apply(struct tl_fade *fade, int16_t *pcm, size_t samples);

/**
 * Adds the next `samples` samples of `voice`, amplified, to `pcm`, saturating. The two must not
 * overlap.
 */
tl_status tl_fade_add(struct tl_fade *fade, int16_t *pcm, const int16_t *voice, size_t samples);

/** How many bytes a bridge takes. */
size_t tl_bridge_size(void);

/** Makes a bridge in the caller's block of `size` bytes, aligned to `TL_ALIGN`. */
tl_status tl_bridge_init(void *memory, size_t size, struct tl_bridge **bridge);

#if defined(TL_STD)
/** Makes a bridge in memory from the allocator. */
tl_status tl_bridge_new(struct tl_bridge **bridge);
#endif

/** Ends a bridge. NULL is fine. */
tl_status tl_bridge_free(struct tl_bridge *bridge);

/** Changes what the supervisor hears and who hears the supervisor: a `tl_supervision`. */
tl_status tl_bridge_supervise(struct tl_bridge *bridge, uint32_t what);

/** Sets the gain from one party to another: 0 the caller, 1 the agent, 2 the supervisor. */
tl_status tl_bridge_route(struct tl_bridge *bridge, uint32_t from, uint32_t to, uint16_t gain);

/**
 * One frame of `samples` samples: what each said, in `voices`, into what each hears, in `ears`;
 * caller, agent, supervisor. A voice that is NULL is silent, an ear that is NULL is not wanted, and
 * no two of them overlap. At most 1,024 samples.
 */
tl_status tl_bridge_mix(struct tl_bridge *bridge,
                        const int16_t *const *voices,
                        int16_t *const *ears,
                        size_t samples);

/* ===========================================================================
 * Mixing: conferences
 *
 * A matrix of gains between as many parties as are asked for when it is made, with any number of
 * supervisors who monitor, whisper or barge in. Each frame costs a pass for every pair that hears each
 * other; where all hear all and they are many, `tl_mix_total` and `tl_mix_others` cost two for each
 * party.
 */

/** A call of any number of parties. */
typedef struct tl_conference tl_conference;

/** Stores in `size` how many bytes a conference of so many parties takes. */
tl_status tl_conference_size(uint32_t parties, size_t *size);

/**
 * Makes a conference of so many parties, of whom nobody hears anybody, in the caller's block of `size`
 * bytes, aligned to `TL_ALIGN`.
 */
tl_status tl_conference_init(void *memory,
                             size_t size,
                             uint32_t parties,
                             struct tl_conference **conference);

#if defined(TL_STD)
/** As `tl_conference_init`, in memory from the allocator. */
tl_status tl_conference_new(uint32_t parties, struct tl_conference **conference);
#endif

/** Ends a conference. NULL is fine. */
tl_status tl_conference_free(struct tl_conference *conference);

/**
 * From the next sample on, `to` hears `from` with this gain, fading over 5 ms. Parties count from 0; a
 * party may be routed to itself (an echo test).
 */
tl_status tl_conference_route(struct tl_conference *conference,
                              uint32_t from,
                              uint32_t to,
                              uint16_t gain);

/** Both hear each other, as they speak. */
tl_status tl_conference_join(struct tl_conference *conference, uint32_t one, uint32_t other);

/** Stores the gain from one party to another, once the fade is over. */
tl_status tl_conference_get_gain(const struct tl_conference *conference,
                                 uint32_t from,
                                 uint32_t to,
                                 uint16_t *gain);

/**
 * Changes what a supervisor hears of all others and who of them hears it: `what` is a
 * `tl_supervision`; whispering, `agent` alone does. Between the others nothing changes.
 */
tl_status tl_conference_supervise(struct tl_conference *conference,
                                  uint32_t supervisor,
                                  uint32_t agent,
                                  uint32_t what);

/**
 * One frame of `samples` samples, at most 1,024: what each said, in `voices`, into what each hears, in
 * `ears`; both have a pointer for each party. A voice that is NULL is silent, an ear that is NULL is not
 * wanted, and no two of them overlap.
 */
tl_status tl_conference_mix(struct tl_conference *conference,
                            const int16_t *const *voices,
                            int16_t *const *ears,
                            size_t samples);

/* ===========================================================================
 * Rates and Opus
 *
 * Conversion between sample rates (feature `resample`), and Opus by the system's libopus (feature
 * `opus`). In a library built without, `tl_resampler_new` and the like return `TL_ERR_UNSUPPORTED`.
 * An Opus coder lives in memory of yours like any other object: how large it is, libopus says.
 */

#if defined(TL_STD)

/** Decodes one stream to 8,000 samples a second. */
typedef struct tl_opus_decoder tl_opus_decoder;

/** Encodes one stream of speech at 8,000 samples a second. */
typedef struct tl_opus_encoder tl_opus_encoder;

/** Converts one stream from one sample rate to another. */
typedef struct tl_resampler tl_resampler;

/** Makes a converter between rates from 4,000 to 384,000; its output lags 10 ms behind its input. */
tl_status tl_resampler_new(uint32_t from, uint32_t to, struct tl_resampler **resampler);

/**
 * How many bytes a converter takes. Its tables, and what is finished and not taken, are kept in memory
 * from the allocator.
 */
size_t tl_resampler_size(void);

/** As `tl_resampler_new`, in the caller's block of `size` bytes, aligned to `TL_ALIGN`. */
tl_status tl_resampler_init(void *memory,
                            size_t size,
                            uint32_t from,
                            uint32_t to,
                            struct tl_resampler **resampler);

/** Ends a converter. NULL is fine. */
tl_status tl_resampler_free(struct tl_resampler *resampler);

/** Takes in the next `samples` samples. Take what is finished afterwards. */
tl_status tl_resampler_feed(struct tl_resampler *resampler, const int16_t *pcm, size_t samples);

/** The stream is over: the rest is finished, up to the exact length, and another may follow. */
tl_status tl_resampler_finish(struct tl_resampler *resampler);

/**
 * Moves what is finished into `pcm`, which has room for `room` samples, and stores in `samples`
 * how many; call it until that is less than the room.
 */
tl_status tl_resampler_take(struct tl_resampler *resampler,
                            int16_t *pcm,
                            size_t room,
                            size_t *samples);

/** Stores in `size` how many bytes an encoder takes: some 25,000, by the version of libopus. */
tl_status tl_opus_encoder_size(size_t *size);

/**
 * Makes an encoder, as `tl_opus_encoder_new` does, in the caller's block of `size` bytes, aligned to
 * `TL_ALIGN`.
 */
tl_status tl_opus_encoder_init(void *memory,
                               size_t size,
                               uint32_t bitrate,
                               uint32_t loss_percent,
                               struct tl_opus_encoder **opus_encoder);

/**
 * Makes an encoder for so many bits a second, 16,000 is usual; with a `loss_percent` above 0 each
 * packet carries a coarse copy of the one before.
 */
tl_status tl_opus_encoder_new(uint32_t bitrate,
                              uint32_t loss_percent,
                              struct tl_opus_encoder **opus_encoder);

/** Ends an encoder. NULL is fine. */
tl_status tl_opus_encoder_free(struct tl_opus_encoder *opus_encoder);

/**
 * Encodes a frame of 80, 160, 320 or 480 samples into `packet`, which has room for `room` bytes;
 * 1,275 always do. Stores its length in `len`.
 */
tl_status tl_opus_encode(struct tl_opus_encoder *opus_encoder,
                         const int16_t *pcm,
                         size_t samples,
                         uint8_t *packet,
                         size_t room,
                         size_t *len);

/** Stores in `size` how many bytes a decoder takes: some 18,000, by the version of libopus. */
tl_status tl_opus_decoder_size(size_t *size);

/** Makes a decoder in the caller's block of `size` bytes, aligned to `TL_ALIGN`. */
tl_status tl_opus_decoder_init(void *memory, size_t size, struct tl_opus_decoder **opus_decoder);

/** Makes a decoder. */
tl_status tl_opus_decoder_new(struct tl_opus_decoder **opus_decoder);

/** Ends a decoder. NULL is fine. */
tl_status tl_opus_decoder_free(struct tl_opus_decoder *opus_decoder);

/**
 * Decodes a packet of `len` bytes into `pcm`, which has room for `room` samples; 960 always do.
 * Stores how many in `samples`; 0 for what is not Opus.
 */
tl_status tl_opus_decode(struct tl_opus_decoder *opus_decoder,
                         const uint8_t *packet,
                         size_t len,
                         int16_t *pcm,
                         size_t room,
                         size_t *samples);

/**
 * Decodes the copy that `next`, the packet after a lost one, has of it; as `tl_opus_decode`. 0 when
 * it has none.
 */
tl_status tl_opus_recover(struct tl_opus_decoder *opus_decoder,
                          const uint8_t *next,
                          size_t len,
                          int16_t *pcm,
                          size_t room,
                          size_t *samples);

/**
 * As `tl_jitter_pull`, for a buffer whose codec is `TL_JITTER_OPUS`, with the decoder of its stream. A
 * lost packet is recovered from the copy that the next one carries of it, if it does; else concealed.
 */
tl_status tl_jitter_pull_opus(tl_jitter *jitter,
                              struct tl_opus_decoder *opus_decoder,
                              uint64_t now_us,
                              int16_t *pcm,
                              size_t samples,
                              tl_jitter_pulled *pulled);

#endif

/* ===========================================================================
 * Media: sound files
 *
 * WAV (RIFF and RF64) and AU files of 16-bit PCM, A-law and µ-law: their headers as bytes, and whole
 * files where there is an operating system. Headers are read tolerantly: chunks in any order before the
 * samples, and the sizes that a writer leaves behind when it is killed. What is written is readable at
 * any moment, even when the program dies.
 */

/** How one sample is stored. */
TL_ENUM(tl_wav_encoding, uint32_t) {
    /** Linear, 16 bits. */
    TL_WAV_PCM16 = 0,
    /** G.711 A-law. */
    TL_WAV_ALAW = 1,
    /** G.711 µ-law. */
    TL_WAV_ULAW = 2,
};

/** Which family of header. */
TL_ENUM(tl_wav_container, uint32_t) {
    /** RIFF/WAVE, or RF64 where the length demands it. */
    TL_WAV_RIFF = 0,
    /** Sun AU. */
    TL_WAV_AU = 1,
};

/** A sound file's header. */
typedef struct tl_wav_header {
    /** A `tl_wav_container`. */
    uint32_t container;
    /** A `tl_wav_encoding`. */
    uint32_t encoding;
    /** Channels, interleaved: 1 to 65,535. */
    uint32_t channels;
    /** Samples a second of each channel. */
    uint32_t rate;
    /** Bytes of samples that follow; `TL_NONE` when the header does not say: up to the file's end. */
    uint64_t data_bytes;
    /** For later versions; 0. */
    uint64_t reserved[2];
} tl_wav_header;

/**
 * Reads a header from the first `len` bytes of a file, and stores at which byte the samples begin.
 * When more of the file is needed: `TL_ERR_BUFFER`, and `start` says how many bytes at least.
 */
tl_status tl_wav_parse(const uint8_t *bytes,
                       size_t len,
                       struct tl_wav_header *header,
                       size_t *start);

/**
 * Writes a header into `bytes`, which has room for `room`, and stores its length in `len`; when the
 * room is too small, returns `TL_ERR_BUFFER`, and `len` says how much it takes. With `growing` not 0
 * its length does not depend on `data_bytes`, so that it can be written anew as the file grows.
 */
tl_status tl_wav_build(const struct tl_wav_header *header,
                       uint32_t growing,
                       uint8_t *bytes,
                       size_t room,
                       size_t *len);

/* ===========================================================================
 * Media: whole sound files
 *
 * A reader and a writer have a file open, and may wait for the disk. The header of a long file takes
 * memory from the allocator while it is opened, nothing does afterwards.
 */

#if defined(TL_STD)

/** A sound file that is read from front to back. */
typedef struct tl_wav_reader tl_wav_reader;

/** A sound file that is written. */
typedef struct tl_wav_writer tl_wav_writer;

/** How many bytes a reader takes. */
size_t tl_wav_reader_size(void);

/**
 * Opens the file at `path`, with a NUL, and reads its header; the reader is in the caller's block of
 * `size` bytes, aligned to `TL_ALIGN`.
 */
tl_status tl_wav_reader_init(void *memory,
                             size_t size,
                             const char *path,
                             struct tl_wav_reader **reader);

/** The same in memory from the allocator. */
tl_status tl_wav_reader_new(const char *path, struct tl_wav_reader **reader);

/** Ends a reader and closes its file. NULL is fine. */
tl_status tl_wav_reader_free(struct tl_wav_reader *reader);

/** Stores what the file says about itself. */
tl_status tl_wav_reader_get_header(const struct tl_wav_reader *reader, tl_wav_header *header);

/**
 * Reads up to `samples` samples, those of the channels side by side, as 16-bit PCM, and stores how
 * many; `TL_DONE` at the end. A file shorter than its header says ends where it ends.
 */
tl_status tl_wav_reader_read(struct tl_wav_reader *reader,
                             int16_t *pcm,
                             size_t samples,
                             size_t *got);

/** As `tl_wav_reader_read`, `room` bytes of samples as they are stored. */
tl_status tl_wav_reader_read_bytes(struct tl_wav_reader *reader,
                                   uint8_t *bytes,
                                   size_t room,
                                   size_t *got);

/** How many bytes a writer takes. */
size_t tl_wav_writer_size(void);

/**
 * Begins a new file at `path`, with a NUL; one that is there already is not touched. Of `header` all but
 * `data_bytes` counts. The writer is in the caller's block of `size` bytes, aligned to `TL_ALIGN`.
 */
tl_status tl_wav_writer_init(void *memory,
                             size_t size,
                             const char *path,
                             const tl_wav_header *header,
                             struct tl_wav_writer **writer);

/** The same in memory from the allocator. */
tl_status tl_wav_writer_new(const char *path,
                            const tl_wav_header *header,
                            struct tl_wav_writer **writer);

/**
 * Appends `samples` samples of 16-bit PCM, those of the channels side by side; companded where the
 * file is.
 */
tl_status tl_wav_writer_write(struct tl_wav_writer *writer, const int16_t *pcm, size_t samples);

/**
 * Appends `len` bytes of samples as they are stored: codes, or PCM, little-endian in WAV
 * and big-endian in AU.
 */
tl_status tl_wav_writer_write_bytes(struct tl_wav_writer *writer, const uint8_t *bytes, size_t len);

/** Brings the sizes in the header up to date now; they are once a second of sound anyway. */
tl_status tl_wav_writer_flush(struct tl_wav_writer *writer);

/** Completes and closes the file. The object can only be freed afterwards. */
tl_status tl_wav_writer_finish(struct tl_wav_writer *writer);

/**
 * Ends a writer; a file that was not finished is closed as it is, its sizes up to date to a second.
 * NULL is fine.
 */
tl_status tl_wav_writer_free(struct tl_wav_writer *writer);

#endif

/* ===========================================================================
 * Recording: blocks
 *
 * The lossless coder under the recordings, alone: the samples of one channel over a stretch of time (a
 * second, by custom) become a block that needs no other to be read, and the same samples again on every
 * machine. No files, no allocator: for a recorder of your own, or a board's memory. A coder keeps
 * nothing from one block to the next but its working memory. It wants a kilobyte of stack at the level
 * live, ten at fast, and sixty above.
 */

/** How a channel is stored. */
TL_ENUM(tl_recording_coding, uint32_t) {
    /** µ-law codes as they are on the wire; the number is `TL_G711_ULAW`'s. */
    TL_RECORDING_ULAW = 0,
    /** A-law codes as they are on the wire; the number is `TL_G711_ALAW`'s. */
    TL_RECORDING_ALAW = 8,
    /** 16-bit linear samples. */
    TL_RECORDING_PCM16 = 16,
    /** Opus packets as they are on the wire; not in blocks of `tl_block_encode`. */
    TL_RECORDING_OPUS = 32,
};

/** How hard to compress. */
TL_ENUM(tl_recording_level, uint32_t) {
    /** While the call lasts: thousands of channels a processor. */
    TL_RECORDING_LIVE = 0,
    /** Smaller, hundreds of times real time. */
    TL_RECORDING_FAST = 1,
    /** For packing again at night. */
    TL_RECORDING_HIGH = 2,
    /** For the archive. */
    TL_RECORDING_MAX = 3,
};

/** Encodes and decodes blocks. */
typedef struct tl_block_coder tl_block_coder;

/** Samples of one channel. */
typedef struct tl_block_samples {
    /** A `tl_recording_coding` that is not Opus. */
    uint32_t coding;
    /**
     * Of what a block is encoded beside: how many samples later its echo is heard, less half a dozen;
     * `tl_block_find_echo` finds it. Else 0.
     */
    int32_t shift;
    /** Bytes of G.711, or `int16_t` of linear samples. */
    const void *samples;
    /** How many samples. */
    size_t count;
} tl_block_samples;

/** What a block says of itself. */
typedef struct tl_block_info {
    /** Its `tl_recording_coding`. */
    uint32_t coding;
    /** 0. */
    uint32_t reserved;
    /** How many samples it holds. */
    uint64_t samples;
} tl_block_info;

/**
 * Stores in `size` how many bytes a coder takes that reads and writes blocks up to a
 * `tl_recording_level`: some dozens, and for `TL_RECORDING_MAX` 800,000.
 */
tl_status tl_block_coder_size(uint32_t most, size_t *size);

/** Makes a coder in the caller's block of `size` bytes, aligned to `TL_ALIGN`. */
tl_status tl_block_coder_init(void *memory,
                              size_t size,
                              uint32_t most,
                              struct tl_block_coder **block_coder);

#if defined(TL_STD)
/** Makes a coder in memory from the allocator. */
tl_status tl_block_coder_new(uint32_t most, struct tl_block_coder **block_coder);
#endif

/** Ends a coder. NULL is fine. */
tl_status tl_block_coder_free(struct tl_block_coder *block_coder);

/**
 * Room that every block of so many samples of a `tl_recording_coding` fits in, whatever they are: a
 * few bytes more than the samples take. 0 for a coding that blocks do not have.
 */
size_t tl_block_max_len(uint32_t coding, size_t samples);

/**
 * Encodes samples into `block`, which has `tl_block_max_len` bytes of room, at a `tl_recording_level`
 * that the coder was made for. Stores the block's length in `len`; with `TL_ERR_BUFFER`, the room it
 * wants.
 *
 * No block of a level is longer than one of a lower. A block holds 2^24 samples at most, at high 2^22 and
 * at max 2^20, so that none takes minutes to decode: more are `TL_ERR_RECORD_TOO_LONG`.
 *
 * `beside` may be NULL, or what another channel held at the same times: an echo of it among the samples
 * costs next to nothing then, and the block is decoded beside the same samples only.
 */
tl_status tl_block_encode(struct tl_block_coder *block_coder,
                          uint32_t level,
                          const struct tl_block_samples *samples,
                          const struct tl_block_samples *beside,
                          uint8_t *block,
                          size_t room,
                          size_t *len);

/** Stores what a block of `len` bytes says of itself. */
tl_status tl_block_get_info(const uint8_t *block, size_t len, struct tl_block_info *info);

/**
 * Decodes a block of `len` bytes into `samples`, which has room for `room` samples of the
 * `tl_recording_coding` `coding`: either law's bytes, or `int16_t`. How many there are and of which law,
 * `tl_block_get_info` says. `beside`: what it was encoded beside, or NULL.
 *
 * Any bytes decode to some samples or to an error: whether a block is the one that was written is
 * yours to know. `TL_ERR_MEMORY`: a block of the level `TL_RECORDING_MAX`, and the coder was made for
 * less.
 */
tl_status tl_block_decode(struct tl_block_coder *block_coder,
                          const uint8_t *block,
                          size_t len,
                          const struct tl_block_samples *beside,
                          uint32_t coding,
                          void *samples,
                          size_t room);

#if defined(TL_STD)
/**
 * Looks for an echo of `other` among `samples`, which were heard at the same times, and stores in
 * `shift` what to encode beside it with; `TL_DONE` if there is none. Takes memory from the allocator
 * while it looks.
 */
tl_status tl_block_find_echo(const struct tl_block_samples *samples,
                             const struct tl_block_samples *other,
                             int32_t *shift);
#endif

/* ===========================================================================
 * Recording: the recorder
 *
 * One thread that writes any number of calls, each into a `.tlr` file of its own: lossless, smaller
 * than half of G.711, whole up to the last second whatever stops the machine. A media thread hands
 * frames over and never waits for the disk. The format is open: docs/recording-format.md. The
 * recorder is the one object of this library with a thread.
 */

#if defined(TL_STD)

/** The thread that writes recordings. */
typedef struct tl_recorder tl_recorder;

/** How a recorder works. */
typedef struct tl_recorder_config {
    /** Set by `tl_recorder_defaults`. */
    uint32_t struct_size;
    /**
     * Frames and marks that may wait for the thread, some 400 bytes each, taken at once. Default:
     * 65,536, a second of 650 calls.
     */
    uint32_t queue;
    /**
     * How often what was written is forced to the disk; `TL_NONE32` leaves that to the system.
     * Default: 5,000.
     */
    uint32_t sync_every_ms;
    /** Must be 0. */
    uint32_t reserved;
} tl_recorder_config;

/** Fills in the default configuration. */
tl_status tl_recorder_defaults(struct tl_recorder_config *config, size_t struct_size);
#define tl_recorder_defaults(config) \
    (tl_recorder_defaults)((config), sizeof *(config))

/** Starts a recorder. `config` may be NULL for the defaults. */
tl_status tl_recorder_new(const struct tl_recorder_config *config, struct tl_recorder **recorder);

/**
 * How many bytes a recorder takes. Its queue is memory from the allocator, the stack of its thread the
 * system's.
 */
size_t tl_recorder_size(void);

/** As `tl_recorder_new`, in the caller's block of `size` bytes, aligned to `TL_ALIGN`. */
tl_status tl_recorder_init(void *memory,
                           size_t size,
                           const struct tl_recorder_config *config,
                           struct tl_recorder **recorder);

/**
 * Waits until all is written, and ends the thread. Refused with `TL_ERR_IN_USE` while one of its
 * recordings is not freed. NULL is fine.
 */
tl_status tl_recorder_free(struct tl_recorder *recorder);

/**
 * Stores how many samples were left out because the thread could not keep up, over all calls. A
 * recording marks each such stretch.
 */
tl_status tl_recorder_dropped(const struct tl_recorder *recorder, uint64_t *samples);

#endif

/* ===========================================================================
 * Recording: what is recorded, and how
 */

#if defined(TL_STD)

/** What encrypts a recording. */
TL_ENUM(tl_recording_cipher, uint32_t) {
    /** XChaCha20-Poly1305: quick on every processor. */
    TL_RECORDING_XCHACHA20_POLY1305 = 0,
    /** AES-256-GCM (NIST SP 800-38D), where a rule asks for it. */
    TL_RECORDING_AES_256_GCM = 1,
};

/** What a mark stands for. */
TL_ENUM(tl_mark_kind, uint32_t) {
    /** A remark. */
    TL_MARK_NOTE = 1,
    /** A key was pressed; the text is the key, or `*` when it is secret. */
    TL_MARK_KEY = 2,
    /** Packets of this stretch never came. */
    TL_MARK_LOSS = 3,
    /** The party was on hold. */
    TL_MARK_HOLD = 4,
    /** The sender was silent and sent nothing. */
    TL_MARK_SILENCE = 5,
    /** The stretch holds concealment, not what was said. */
    TL_MARK_CONCEALED = 6,
    /** The party joined here. */
    TL_MARK_JOINED = 7,
    /** The party was transferred here. */
    TL_MARK_TRANSFERRED = 8,
    /** Recording was paused, and the sound never stored. */
    TL_MARK_PAUSED = 9,
    /** The recorder was overloaded, and this stretch is missing. */
    TL_MARK_OVERLOAD = 10,
};

/** One party's channel. */
typedef struct tl_recording_channel {
    /** Whose it is, for example "caller", with a NUL; NULL is "". */
    const char *name;
    /** A `tl_recording_coding`. */
    uint32_t coding;
    /** Samples a second; 0 is 8,000, and 48,000 for Opus. */
    uint32_t rate;
} tl_recording_channel;

/** Something known of the call: its id, numbers, direction, queue, agent. */
typedef struct tl_recording_meta {
    /** Its name, with a NUL. */
    const char *key;
    /** What it is, with a NUL. */
    const char *value;
} tl_recording_meta;

/** What is recorded, how, and for whom. */
typedef struct tl_recording_config {
    /** Set by `tl_recording_defaults`. */
    uint32_t struct_size;
    /** A `tl_recording_level`. Default: live. */
    uint32_t level;
    /** When position 0 of every channel is. Default: 0. */
    tl_time started;
    /** The channels; one at least, 255 at most. */
    const struct tl_recording_channel *channels;
    /** What is known of the call. Default: none. */
    const struct tl_recording_meta *meta;
    /** How many channels. */
    uint32_t channel_count;
    /** How many entries of `meta`. */
    uint32_t meta_count;
    /** Sound in one block: what a crash may lose, and what a seek decodes. Default: 1,000. */
    uint32_t block_ms;
    /**
     * Blocks from one checkpoint, signed if there is a signer, to the next; 0 for none. Default:
     * 64.
     */
    uint32_t checkpoint_every;
    /** Names the file, different for each. Default: all 0, from the system's randomness. */
    uint8_t id[16];
    /** The seed, 32 bytes, of the Ed25519 key that vouches for the recording. Default: NULL. */
    const uint8_t *signer;
    /** X25519 public keys, 32 bytes each, of those who may read it. Default: NULL, everybody. */
    const uint8_t *recipients;
    /** Whoever knows it may read it too, with a NUL. Default: NULL. */
    const char *passphrase;
    /** How many recipients. */
    uint32_t recipient_count;
    /** 1: an encrypted recording's `meta` is readable by everybody. Default: 0. */
    uint32_t clear_head;
    /** What encrypts it: a `tl_recording_cipher`. Default: XChaCha20-Poly1305. */
    uint32_t cipher;
    /**
     * What the passphrase costs whoever tries one, in KiB of Argon2id memory, at most 262,144. Default:
     * 65,536, as RFC 9106 recommends.
     */
    uint32_t passphrase_kib;
    /** Passes over it, at most 16. Default: 3. */
    uint32_t passphrase_passes;
    /** Lanes, at most 16. Default: 4. */
    uint32_t passphrase_lanes;
} tl_recording_config;

/** Something that happened on a channel, or a stretch of it. */
typedef struct tl_mark {
    /** A `tl_mark_kind`; 0 in a file for a kind newer than this header. */
    uint32_t kind;
    /** Which channel. */
    uint32_t channel;
    /** Where it begins, in samples. */
    uint64_t position;
    /** How many samples it lasts; 0 for a moment. */
    uint64_t length;
    /** In words, with a NUL; NULL is "". */
    const char *text;
} tl_mark;

/** Fills in the default configuration; the channels are still to be set. */
tl_status tl_recording_defaults(struct tl_recording_config *config, size_t struct_size);
#define tl_recording_defaults(config) \
    (tl_recording_defaults)((config), sizeof *(config))

/**
 * Writes the X25519 public key, 32 bytes, of a reader's secret key, 32 random bytes: what goes among
 * the `recipients`.
 */
tl_status tl_recording_recipient_key(const uint8_t *secret,
                                     uint8_t *public_key);

/** Writes the Ed25519 public key, 32 bytes, of a `signer`'s seed: what a report names. */
tl_status tl_recording_signer_key(const uint8_t *secret, uint8_t *public_key);

#endif

/* ===========================================================================
 * Recording: a call
 *
 * Positions count the samples of a channel from the start of the call: take them from RTP
 * timestamps, not from a clock. What a channel leaves out is a gap, and reads as silence.
 */

#if defined(TL_STD)

/** One call being recorded. */
typedef struct tl_recording tl_recording;

/**
 * Begins the recording of a call in a new file at `path`, with a NUL; a file that is there already
 * is not touched. Any number of threads may begin recordings of one recorder at the same time.
 * Waits for the file system, and a passphrase costs half a second: not for a media thread.
 */
tl_status tl_recording_new(const tl_recorder *recorder,
                           const char *path,
                           const tl_recording_config *config,
                           struct tl_recording **recording);

/**
 * How many bytes a recording takes. What it hands to the thread lies in the recorder's queue; names and
 * texts of it are kept in memory from the allocator.
 */
size_t tl_recording_size(void);

/** As `tl_recording_new`, in the caller's block of `size` bytes, aligned to `TL_ALIGN`. */
tl_status tl_recording_init(void *memory,
                            size_t size,
                            const tl_recorder *recorder,
                            const char *path,
                            const tl_recording_config *config,
                            struct tl_recording **recording);

/**
 * Ends a recording without waiting; one that was not finished is closed by the thread. NULL is
 * fine.
 */
tl_status tl_recording_free(struct tl_recording *recording);

/**
 * Hands over `count` codes of a G.711 channel, the first of which is sample number `position` of
 * the channel; what lies between that and the end so far is a gap. Never waits and never
 * allocates. Stores 1 in `taken`, which may be NULL, or 0 when some were left out because the
 * thread cannot keep up. An earlier failure of the disk is reported here.
 */
tl_status tl_recording_write_codes(struct tl_recording *recording,
                                   uint32_t channel,
                                   uint64_t position,
                                   const uint8_t *codes,
                                   size_t count,
                                   uint32_t *taken);

/** As `tl_recording_write_codes`, `count` samples for a channel of 16-bit linear samples. */
tl_status tl_recording_write_pcm(struct tl_recording *recording,
                                 uint32_t channel,
                                 uint64_t position,
                                 const int16_t *pcm,
                                 size_t count,
                                 uint32_t *taken);

/**
 * Hands over one Opus packet of `samples` samples at 48,000 a second, for an Opus channel; the
 * rest as `tl_recording_write_codes`.
 */
tl_status tl_recording_write_packet(struct tl_recording *recording,
                                    uint32_t channel,
                                    uint64_t position,
                                    uint32_t samples,
                                    const uint8_t *packet,
                                    size_t len,
                                    uint32_t *taken);

/**
 * Pauses a channel from `position` on, for a card number: until `tl_recording_resume` its sound is
 * refused here and reaches neither queue nor disk.
 */
tl_status tl_recording_pause(struct tl_recording *recording, uint32_t channel, uint64_t position);

/** Ends a pause at `position`; the stretch is marked as `TL_MARK_PAUSED`. */
tl_status tl_recording_resume(struct tl_recording *recording, uint32_t channel, uint64_t position);

/**
 * Notes that sample `position` of a channel was heard `micros` microseconds after the start: some
 * of these, and the channels stay side by side however their clocks run. Does not wait; `taken` as
 * above.
 */
tl_status tl_recording_add_clock(struct tl_recording *recording,
                                 uint32_t channel,
                                 uint64_t position,
                                 uint64_t micros,
                                 uint32_t *taken);

/**
 * Adds what became known during the call; a later value of a key counts. Does not wait, but takes
 * memory from the allocator; `taken` as above.
 */
tl_status tl_recording_add_meta(struct tl_recording *recording,
                                const tl_recording_meta *meta,
                                uint32_t *taken);

/** Adds a mark. Does not wait; `taken` as above. */
tl_status tl_recording_add_mark(struct tl_recording *recording,
                                const tl_mark *mark,
                                uint32_t *taken);

/**
 * Closes the recording and waits until it is on its way to the disk: not for a media thread. What
 * the disk refused, now or before, is reported; `tl_recording_recover` makes a whole file of what
 * is there. The object can only be freed afterwards.
 */
tl_status tl_recording_finish(struct tl_recording *recording);

#endif

/* ===========================================================================
 * Recording: reading
 *
 * Opens finished, unfinished and damaged recordings, and reads any stretch of any channel; what
 * was never recorded or is lost reads as silence. Every function here may wait for the disk.
 */

#if defined(TL_STD)

/** The coding of a channel that this library does not know. */
#define TL_UNKNOWN_CODING 4294967295

/** A recording that is read. */
typedef struct tl_reader tl_reader;

/** What a reader opens encrypted recordings with. */
typedef struct tl_reader_config {
    /** Set by `tl_reader_defaults`. */
    uint32_t struct_size;
    /**
     * The most that the passphrase may take, in MiB of Argon2 memory times passes: a file says
     * itself what it takes. Default: 0, which is 1,024.
     */
    uint32_t passphrase_mib;
    /** An X25519 secret key, 32 bytes. Default: NULL. */
    const uint8_t *secret;
    /** A passphrase, with a NUL. Default: NULL. Not both. */
    const char *passphrase;
} tl_reader_config;

/** What a recording holds. */
typedef struct tl_reader_info {
    /** When position 0 of every channel was. */
    tl_time started;
    /** Channels. */
    uint32_t channels;
    /** Entries of metadata. */
    uint32_t meta;
    /** Marks. */
    uint32_t marks;
    /**
     * Stretches of the file that hold nothing whole; 0 in a file that was finished, which
     * `tl_recording_verify` looks into.
     */
    uint32_t damaged;
    /** 1 if the file was finished, or recovered. */
    uint32_t finished;
    /** 0. */
    uint32_t reserved;
    /** When the last channel ends, in microseconds after `started`. */
    uint64_t duration_us;
    /** For later versions; 0. */
    uint64_t later[2];
} tl_reader_info;

/** Fills in the default configuration: no key. */
tl_status tl_reader_defaults(struct tl_reader_config *config, size_t struct_size);
#define tl_reader_defaults(config) \
    (tl_reader_defaults)((config), sizeof *(config))

/** Opens the recording at `path`, with a NUL. `config` may be NULL: no key. */
tl_status tl_reader_new(const char *path,
                        const struct tl_reader_config *config,
                        struct tl_reader **reader);

/**
 * How many bytes a reader takes. Index, marks and texts of the file are kept in memory from the
 * allocator.
 */
size_t tl_reader_size(void);

/** As `tl_reader_new`, in the caller's block of `size` bytes, aligned to `TL_ALIGN`. */
tl_status tl_reader_init(void *memory,
                         size_t size,
                         const char *path,
                         const struct tl_reader_config *config,
                         struct tl_reader **reader);

/** Ends a reader and closes its file. NULL is fine. */
tl_status tl_reader_free(struct tl_reader *reader);

/** Stores what the recording holds. */
tl_status tl_reader_get_info(const struct tl_reader *reader, struct tl_reader_info *info);

/**
 * Stores what a channel is, and in `end`, which may be NULL, the position after its last sample.
 * The name lives until the reader is freed or follows.
 */
tl_status tl_reader_get_channel(const struct tl_reader *reader,
                                uint32_t number,
                                tl_recording_channel *channel,
                                uint64_t *end);

/**
 * Stores entry `number` of the metadata, from 0 on. Its texts live until the reader is freed or
 * follows.
 */
tl_status tl_reader_get_meta(const struct tl_reader *reader,
                             uint32_t number,
                             tl_recording_meta *meta);

/**
 * Stores mark `number`, from 0 on, in the order they were made. Its text lives until the reader is
 * freed or follows.
 */
tl_status tl_reader_get_mark(const struct tl_reader *reader, uint32_t number, tl_mark *mark);

/**
 * Fills `pcm` with the `samples` linear samples of a channel from `position` on. Stores in
 * `recorded`, which may be NULL, how many of them were recorded; the others are silence.
 */
tl_status tl_reader_read(struct tl_reader *reader,
                         uint32_t channel,
                         uint64_t position,
                         int16_t *pcm,
                         size_t samples,
                         size_t *recorded);

/**
 * As `tl_reader_read`, from `micros` microseconds after the start on, and at the times of the
 * wall's clock: channels read this way stay side by side however their own clocks ran.
 */
tl_status tl_reader_read_at(struct tl_reader *reader,
                            uint32_t channel,
                            uint64_t micros,
                            int16_t *pcm,
                            size_t samples,
                            size_t *recorded);

/**
 * Draws the stretch of a channel between two positions into `columns` columns, each the greatest
 * magnitude of its part in 128ths of 32,768, from 0 to 128.
 */
tl_status tl_reader_picture(struct tl_reader *reader,
                            uint32_t channel,
                            uint64_t from,
                            uint64_t to,
                            uint8_t *levels,
                            size_t columns);

/**
 * Reads on in a file that is still being written, and stores in `blocks` how much has come: blocks
 * of all channels.
 */
tl_status tl_reader_follow(struct tl_reader *reader, size_t *blocks);

/**
 * Writes the stretch from `from_ms` to `to_ms` (`TL_NONE`: the end) into a new WAV file at `path`,
 * 16-bit, the channels side by side, or added up when `mixed` is 1. Each channel stands at the
 * times of the wall's clock, at the rate of the quickest one. Channels of different rates need the
 * feature `resample`, Opus the feature `opus`; `TL_ERR_RECORD_FORMAT` without.
 */
tl_status tl_reader_export_wav(struct tl_reader *reader,
                               const char *path,
                               uint64_t from_ms,
                               uint64_t to_ms,
                               uint32_t mixed);

#endif

/* ===========================================================================
 * Recording: its tables
 *
 * What a recording's file holds, beside the sound that `tl_reader_read` makes of it: its blocks as they
 * are stored, the picture's columns, the clock's points, the damaged places; and a whole stretch played.
 */

#if defined(TL_STD)

/** Milliseconds that one column of a recording's picture covers. */
#define TL_PEAK_MS 100

/** Where a block of a channel is. */
typedef struct tl_reader_entry {
    /** Its first sample's position. */
    uint64_t position;
    /** How many samples it holds. */
    uint64_t len;
    /** Where in the file its record begins. */
    uint64_t offset;
    /** The channel. */
    uint32_t channel;
    /** 0. */
    uint32_t reserved;
} tl_reader_entry;

/** A part of a channel's picture. */
typedef struct tl_reader_peaks {
    /** The number of the first column; that of position 0 is 0. Each covers `TL_PEAK_MS`. */
    uint64_t first;
    /**
     * The greatest magnitude of each column in 128ths of 32,768, rounded down; lives until the reader is
     * freed or follows.
     */
    const uint8_t *levels;
    /** Columns. */
    size_t count;
    /** The channel. */
    uint32_t channel;
    /** 0. */
    uint32_t reserved;
} tl_reader_peaks;

/** When a sample of a channel was. */
typedef struct tl_reader_clock {
    /** A position of the channel. */
    uint64_t position;
    /** In microseconds after the start. */
    uint64_t micros;
    /** The channel. */
    uint32_t channel;
    /** 0. */
    uint32_t reserved;
} tl_reader_clock;

/** A stretch of a file that holds nothing whole. */
typedef struct tl_reader_damage {
    /** Its first byte. */
    uint64_t from;
    /** The byte after its last. */
    uint64_t to;
} tl_reader_damage;

/** A packet of a block. */
typedef struct tl_reader_packet {
    /** Samples of the channel's clock that it covers. */
    uint32_t samples;
    /** Its length in bytes; the packets of a block follow each other. */
    uint32_t len;
} tl_reader_packet;

/** The shape of a stretch that is played. */
typedef struct tl_reader_shape {
    /** Samples a second: those of the quickest channel. */
    uint32_t rate;
    /** Channels, interleaved. */
    uint32_t channels;
    /** Samples of each. */
    uint64_t frames;
} tl_reader_shape;

/**
 * Stores 1 in `locked` if the recording is encrypted and was opened without a key for it, else 0: its head
 * is clear, its sound and its marks are not.
 */
tl_status tl_reader_is_locked(const tl_reader *reader,
                              uint32_t *locked);

/**
 * Stores as many entries of the index, by channel and position, as there is `room` for, and in `count`
 * how many there are.
 */
tl_status tl_reader_list_index(const tl_reader *reader,
                               struct tl_reader_entry *entries,
                               size_t room,
                               size_t *count);

/**
 * As `tl_reader_list_index`, the parts of the pictures that the file holds. `tl_reader_picture` draws
 * one of any width, from the sound too.
 */
tl_status tl_reader_list_peaks(const tl_reader *reader,
                               struct tl_reader_peaks *parts,
                               size_t room,
                               size_t *count);

/** As `tl_reader_list_index`, the points that tie the channels' clocks to the wall's, in their order. */
tl_status tl_reader_list_clocks(const tl_reader *reader,
                                struct tl_reader_clock *points,
                                size_t room,
                                size_t *count);

/** As `tl_reader_list_index`, the damaged stretches of the file. */
tl_status tl_reader_list_damage(const tl_reader *reader,
                                struct tl_reader_damage *stretches,
                                size_t room,
                                size_t *count);

/**
 * Stores the position of the channel's sample nearest to a time, in microseconds after the start, by the
 * channel's own clock.
 */
tl_status tl_reader_position_at(const tl_reader *reader,
                                uint32_t channel,
                                uint64_t micros,
                                uint64_t *position);

/** Stores when a sample of the channel was, in microseconds after the start. */
tl_status tl_reader_micros_at(const tl_reader *reader,
                              uint32_t channel,
                              uint64_t position,
                              uint64_t *micros);

/**
 * Writes the sound of entry `number` of the index, from 0 on, into `bytes`, which has room for `room`,
 * bit for bit as it was recorded, and stores its length in `len`: G.711 codes, or samples of 16 bits,
 * the low byte first. A block of packets is `TL_ERR_RECORD_FORMAT`, and one with too little room
 * `TL_ERR_BUFFER`.
 */
tl_status tl_reader_read_block(tl_reader *reader,
                               uint32_t number,
                               uint8_t *bytes,
                               size_t room,
                               size_t *len);

/**
 * As `tl_reader_read_block`, a block of packets (Opus): their bytes one after the other, and as many of
 * their sizes as there is `packet_room` for in `packets`; in `count` how many there are.
 */
tl_status tl_reader_read_packets(tl_reader *reader,
                                 uint32_t number,
                                 struct tl_reader_packet *packets,
                                 size_t packet_room,
                                 size_t *count,
                                 uint8_t *bytes,
                                 size_t room,
                                 size_t *len);

/**
 * Plays the stretch from `from_us` to `to_us` (`TL_NONE`: the end), in microseconds after the start, into
 * `pcm`, which has room for `room` samples, of all channels together: the channels side by side,
 * interleaved, or added up when `mixed` is 1; or `channel` alone, unless it is `TL_NONE32`. Each channel
 * stands at the times of the wall's clock. Stores the shape of it in `shape`; with too little room it
 * returns `TL_ERR_BUFFER`, and stores that too. See `tl_reader_export_wav` for what needs which feature.
 */
tl_status tl_reader_play(tl_reader *reader,
                         uint64_t from_us,
                         uint64_t to_us,
                         uint32_t mixed,
                         uint32_t channel,
                         int16_t *pcm,
                         size_t room,
                         struct tl_reader_shape *shape);

#endif

/* ===========================================================================
 * Recording: checking and recovering
 */

#if defined(TL_STD)

/** Who vouches for a recording. */
TL_ENUM(tl_recording_signature, uint32_t) {
    /** Nobody. */
    TL_RECORDING_UNSIGNED = 0,
    /** `signer` vouches for the closed recording and all that it holds. */
    TL_RECORDING_SIGNED = 1,
    /** `signer` vouches for all up to record `signature_at`, and for nothing after it. */
    TL_RECORDING_SIGNED_UP_TO = 2,
    /** The signature at byte `signature_at` is wrong, or of another key than those before it. */
    TL_RECORDING_WRONGLY_SIGNED = 3,
};

/** What is known of a whole recording. */
typedef struct tl_recording_report {
    /**
     * 1 if the file is closed and nothing in it is damaged, missing, changed or wrongly signed.
     * That it is signed, and by whom, is yours to compare.
     */
    uint32_t intact;
    /** 1 if the recording was closed: its end is there. */
    uint32_t closed;
    /** 1 if `tl_recording_recover` closed it, not the recorder. */
    uint32_t recovered;
    /** A `tl_recording_signature`. */
    uint32_t signature;
    /** Whole records. */
    uint32_t records;
    /** Records that should be there and are not. */
    uint32_t missing;
    /** Records that do not continue the chain: changed, swapped or put in. */
    uint32_t broken;
    /** Stretches of the file that hold no whole record. */
    uint32_t damaged;
    /** Bytes in those stretches. */
    uint64_t damaged_bytes;
    /** The record or byte that `signature` names. */
    uint64_t signature_at;
    /** The signer's Ed25519 public key, or 0. */
    uint8_t signer[32];
    /** For later versions; 0. */
    uint64_t reserved[4];
} tl_recording_report;

/**
 * Reads the whole recording at `path`, with a NUL, and stores everything that can be said of it
 * without its key.
 */
tl_status tl_recording_verify(const char *path, struct tl_recording_report *report);

/**
 * Makes a whole recording of one that was cut short or damaged: copies every whole record of
 * `path` into a new file at `to`, and closes it. `config` has the key of an encrypted one and may
 * be NULL; `signer` is the seed, 32 bytes, of the Ed25519 key that vouches for the copy, or NULL.
 * `report`, which may be NULL, says what was found in `path`.
 */
tl_status tl_recording_recover(const char *path,
                               const char *to,
                               const tl_reader_config *config,
                               const uint8_t *signer,
                               struct tl_recording_report *report);

#endif

/* ===========================================================================
 * Recording: written anew
 *
 * For the archive, for other readers, under another signature: the sound stays the same to the bit.
 */

#if defined(TL_STD)

/**
 * Copies the recording at `path` into a new file at `to`, both with a NUL, as `how` says: its level,
 * blocks, checkpoints, signer and readers; its `meta` comes beside what the recording has, or in the
 * place of what has the same key. Its channels and start count for nothing: they stay. `config` has the
 * key of an encrypted recording and may be NULL. A copy is encrypted and signed only if `how` says so.
 *
 * A damaged block is `TL_ERR_RECORD_DAMAGED`: recover first. After a failure there is no file at `to`,
 * unless there was one before, which is a failure too.
 */
tl_status tl_recording_repack(const char *path,
                              const char *to,
                              const tl_reader_config *config,
                              const tl_recording_config *how);

/**
 * As `tl_recording_repack`, with the blocks of sound as they are: fast, and for other keys. A new key
 * seals the copy: whoever could read the original learns nothing of it.
 */
tl_status tl_recording_reseal(const char *path,
                              const char *to,
                              const tl_reader_config *config,
                              const tl_recording_config *how);

#endif

#ifdef __cplusplus
}
#endif

#endif /* TRUNKLINE_H */
