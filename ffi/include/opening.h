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
