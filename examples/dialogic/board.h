/*
 * board.h - the R4 calls that center.c makes: the vendor's own headers where they are installed,
 * else the simulator's
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#ifndef BOARD_H
#define BOARD_H

#if defined(SIMULATED_BOARD)
#include "simulator.h"
#else
#include <srllib.h>
#include <dxxxlib.h>
#include <eclib.h>
#include <gclib.h>
#include <gcerr.h>
#endif

#endif
