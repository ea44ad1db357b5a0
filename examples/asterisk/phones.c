/*
 * phones.c - agents' phones: ringing them, and the conversation
 *
 * Copyright (C) 2026 the Trunkline authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * No lock is held when a channel is asked for, called, bridged or hung up.
 */
#include "line.h"

#include "asterisk/bridge.h"
#include "asterisk/bridge_after.h"
#include "asterisk/causes.h"
#include "asterisk/features.h"
#include "asterisk/max_forwards.h"
#include "asterisk/stasis_channels.h"

static uint32_t cause_of(int hangupcause)
{
    switch (hangupcause) {
    case AST_CAUSE_BUSY:
        return TL_ACD_CAUSE_BUSY;
    case AST_CAUSE_CALL_REJECTED:
        return TL_ACD_CAUSE_DECLINED;
    case AST_CAUSE_UNREGISTERED:
    case AST_CAUSE_NO_ROUTE_DESTINATION:
    case AST_CAUSE_NO_ROUTE_TRANSIT_NET:
    case AST_CAUSE_DESTINATION_OUT_OF_ORDER:
        return TL_ACD_CAUSE_UNREACHABLE;
    default:
        return TL_ACD_CAUSE_FAILED;
    }
}

/* A phone without a number of its own is known by the one that was called. Both are locked. */
static void name_leg(struct ast_channel *leg, struct ast_channel *caller)
{
    struct ast_party_id *connected = &ast_channel_connected(caller)->id;

    if (ast_channel_caller(leg)->id.number.valid) {
        return;
    }
    if (connected->number.valid) {
        struct ast_party_caller party = *ast_channel_caller(leg);
        party.id = *connected;
        party.ani = ast_channel_connected(caller)->ani;
        ast_channel_set_caller_event(leg, &party, NULL);
    } else {
        ast_set_callerid(leg, S_OR(ast_channel_dialed(caller)->number.str, ast_channel_exten(caller)),
            NULL, NULL);
    }
}

/* What the phone that passes the call on leaves to the one that it is passed on to. */
struct forwarded {
    struct ast_party_redirecting redirecting;
    char by[AST_CHANNEL_NAME];
    int hops; /* that are left */
};

static void set_forwarded(struct ast_channel *leg, struct ast_channel *caller, const struct forwarded *forwarded)
{
    struct ast_party_redirecting *redirecting = ast_channel_redirecting(leg);
    struct ast_party_number *from = &redirecting->from.number;

    ast_party_redirecting_copy(redirecting, &forwarded->redirecting);
    if (!from->valid || ast_strlen_zero(from->str)) {
        ast_party_number_free(from);
        ast_party_number_init(from);
        from->valid = 1;
        from->str = ast_strdup(ast_channel_exten(caller));
    }
    pbx_builtin_setvar_helper(leg, "FORWARDERNAME", forwarded->by);
    ast_max_forwards_set(leg, forwarded->hops);
}

static struct ast_channel *ring(struct line *line, const char *phone, const struct forwarded *forwarded, int *cause)
{
    char *tech = ast_strdupa(phone), *where = strchr(tech, '/');
    struct ast_format_cap *formats;
    struct ast_channel *leg;

    *cause = AST_CAUSE_NO_ROUTE_DESTINATION;
    if (!where || (forwarded && forwarded->hops <= 0)) {
        return NULL;
    }
    *where++ = '\0';
    /* A Local channel that optimised itself away would end the conversation for the engine. */
    if (!strcasecmp(tech, "Local") && !strchr(where, '/')) {
        char *whole = ast_alloca(strlen(where) + 3);
        sprintf(whole, "%s/n", where);
        where = whole;
    }
    ast_channel_lock(line->chan);
    formats = ao2_bump(ast_channel_nativeformats(line->chan));
    ast_channel_unlock(line->chan);
    leg = ast_request(tech, formats, NULL, line->chan, where, cause);
    ao2_cleanup(formats);
    if (!leg) {
        return NULL;
    }
    ast_channel_lock_both(leg, line->chan);
    ast_channel_stage_snapshot(leg);
    ast_channel_req_accountcodes(leg, line->chan, AST_CHANNEL_REQUESTOR_BRIDGE_PEER);
    ast_connected_line_copy_from_caller(ast_channel_connected(leg), ast_channel_caller(line->chan));
    if (!forwarded) {
        name_leg(leg, line->chan);
    }
    ast_channel_inherit_variables(line->chan, leg);
    ast_channel_datastore_inherit(line->chan, leg);
    if (forwarded) {
        set_forwarded(leg, line->chan, forwarded);
    } else {
        ast_max_forwards_decrement(leg);
    }
    ast_channel_appl_set(leg, "AppTrunkline");
    ast_channel_data_set(leg, "(Outgoing Line)");
    ast_channel_dialcontext_set(leg, ast_channel_context(line->chan));
    ast_channel_exten_set(leg, ast_channel_exten(line->chan));
    ast_channel_stage_snapshot_done(leg);
    ast_channel_unlock(leg);
    ast_channel_unlock(line->chan);
    if (!ast_strlen_zero(line->predial)) {
        ast_pre_call(leg, line->predial);
    }
    if (ast_call(leg, where, 0)) {
        *cause = ast_channel_hangupcause(leg);
        ast_hangup(leg);
        return NULL;
    }
    ast_channel_lock_both(leg, line->chan);
    ast_channel_publish_dial(line->chan, leg, where, NULL);
    ast_channel_unlock(leg);
    ast_channel_unlock(line->chan);
    return leg;
}

struct ast_channel *line_ring_phone(struct line *line, const char *phone, int *cause)
{
    return ring(line, phone, NULL, cause);
}

static void drop_leg(struct line *line, size_t at, const char *status)
{
    struct leg leg = AST_VECTOR_REMOVE_UNORDERED(&line->legs, at);

    if (line->elsewhere) {
        ast_channel_hangupcause_set(leg.chan, AST_CAUSE_ANSWERED_ELSEWHERE);
    }
    ast_channel_publish_dial(line->chan, leg.chan, NULL, status);
    ast_hangup(leg.chan);
}

void line_drop_legs(struct line *line)
{
    while (AST_VECTOR_SIZE(&line->legs)) {
        drop_leg(line, 0, "CANCEL");
    }
}

size_t line_only_leg(struct line *line, size_t at)
{
    struct ast_channel *kept = AST_VECTOR_GET_ADDR(&line->legs, at)->chan;

    while (AST_VECTOR_SIZE(&line->legs) > 1) {
        drop_leg(line, AST_VECTOR_GET_ADDR(&line->legs, 0)->chan == kept, "CANCEL");
    }
    return 0;
}

size_t line_leg_of(const struct line *line, uint64_t offer)
{
    size_t i;

    for (i = 0; i < AST_VECTOR_SIZE(&line->legs); i++) {
        if (AST_VECTOR_GET_ADDR(&line->legs, i)->offer == offer) {
            break;
        }
    }
    return i;
}

void line_offer(struct line *line, const struct word *word)
{
    struct leg leg = { .offer = word->output.offer, .since = ast_tvnow() };
    struct call_facts about;
    int cause;

    if (line->call->timed_out) {
        return; /* it is on its way out, and so is this */
    }
    line_round_rings(line, word);
    ast_copy_string(leg.agent, word->agent, sizeof(leg.agent));
    ast_copy_string(leg.phone, word->phone, sizeof(leg.phone));
    leg.chan = line_ring_phone(line, word->phone, &cause);
    if (!leg.chan || AST_VECTOR_APPEND(&line->legs, leg)) {
        if (leg.chan) {
            ast_hangup(leg.chan);
        }
        cc_reject(trunkline_center, leg.offer, cause_of(cause));
        return;
    }
    about = line_facts(line, &leg);
    event_called(&about);
}

/* Where the phone wants to be rung instead: a number goes where the phone itself may call. */
static void forward_to(struct ast_channel *chan, char *to, size_t room)
{
    const char *forward, *context;

    ast_channel_lock(chan);
    forward = ast_channel_call_forward(chan);
    context = S_OR(pbx_builtin_getvar_helper(chan, "FORWARD_CONTEXT"), ast_channel_context(chan));
    if (strchr(forward, '/')) {
        ast_copy_string(to, forward, room);
    } else {
        snprintf(to, room, "Local/%s@%s", forward, context);
    }
    ast_channel_unlock(chan);
}

/* The phone passes the call on. It rings there, or nowhere: then the engine is told. */
static void follow_forward(struct line *line, struct leg *leg)
{
    struct ast_channel *old = leg->chan;
    char to[256], wish[256];
    struct forwarded forwarded;
    int cause = AST_CAUSE_CALL_REJECTED;
    struct ast_channel *new;

    forward_to(old, to, sizeof(to));
    ast_party_redirecting_init(&forwarded.redirecting);
    ast_channel_lock(old);
    ast_copy_string(wish, ast_channel_call_forward(old), sizeof(wish));
    ast_copy_string(forwarded.by, ast_channel_name(old), sizeof(forwarded.by));
    ast_party_redirecting_copy(&forwarded.redirecting, ast_channel_redirecting(old));
    forwarded.hops = ast_max_forwards_get(old) - 1;
    ast_channel_unlock(old);
    new = line->no_forward ? NULL : ring(line, to, &forwarded, &cause);
    ast_party_redirecting_free(&forwarded.redirecting);
    ast_channel_publish_dial_forward(line->chan, old, new, NULL, "CANCEL", wish);
    if (new) {
        leg->chan = new;
        ast_hangup(old);
    } else {
        leg->gone = "CANCEL";
        leg->forwards = true;
        cc_reject(trunkline_center, leg->offer, cause_of(cause));
    }
}

static void not_answered(struct line *line, const struct leg *leg, uint32_t rang_ms, bool caller_left)
{
    struct call_facts about = line_facts(line, leg);

    about.rang_ms = rang_ms;
    event_not_answered(&about, caller_left);
}

void line_offer_ended(struct line *line, const struct word *word)
{
    size_t at = line_leg_of(line, word->output.offer);
    bool there = at < AST_VECTOR_SIZE(&line->legs);
    struct leg named = { .offer = word->output.offer };

    switch (word->output.reason) {
    case TL_ACD_OFFER_ACCEPTED:
        return;
    case TL_ACD_OFFER_CANCELLED:
        if (there) {
            AST_VECTOR_GET_ADDR(&line->legs, at)->cancelled = true;
            AST_VECTOR_GET_ADDR(&line->legs, at)->rang_ms = word->output.rang_ms;
        }
        return;
    case TL_ACD_OFFER_TIMED_OUT:
    case TL_ACD_OFFER_REJECTED:
        ast_copy_string(named.agent, word->agent, sizeof(named.agent));
        ast_copy_string(named.phone, word->phone, sizeof(named.phone));
        named.chan = there ? AST_VECTOR_GET_ADDR(&line->legs, at)->chan : NULL;
        if (!there || !AST_VECTOR_GET_ADDR(&line->legs, at)->forwards) {
            not_answered(line, &named, word->output.rang_ms, false);
        }
        break;
    }
    if (there) {
        drop_leg(line, at, AST_VECTOR_GET_ADDR(&line->legs, at)->gone ?:
            word->output.reason == TL_ACD_OFFER_TIMED_OUT ? "NOANSWER" : "CANCEL");
    }
    line_round_ends(line, word);
    if (line->ring_with_phones && !AST_VECTOR_SIZE(&line->legs)) {
        line_ring(line, false);
    }
}

void line_offers_over(struct line *line, enum how how)
{
    bool in_time = how != HOW_TIMED_OUT;
    size_t at = 0;

    while (at < AST_VECTOR_SIZE(&line->legs)) {
        struct leg *leg = AST_VECTOR_GET_ADDR(&line->legs, at);
        if (!leg->cancelled) {
            at++;
            continue;
        }
        /* app_queue lets the agent answer for what the caller could not wait for. */
        not_answered(line, leg, leg->rang_ms, in_time);
        drop_leg(line, at, in_time ? "CANCEL" : "NOANSWER");
    }
}

/* An agent's phone has something to say. */
void line_read_leg(struct line *line, struct ast_channel *chan)
{
    struct ast_frame *frame;
    struct leg *leg = NULL;
    size_t at;
    bool gone, answered = false, rings = false;
    int cause;

    for (at = 0; at < AST_VECTOR_SIZE(&line->legs); at++) {
        leg = AST_VECTOR_GET_ADDR(&line->legs, at);
        if (leg->chan == chan) {
            break;
        }
    }
    if (at < AST_VECTOR_SIZE(&line->legs) && leg->offer != TL_NONE && !leg->answered &&
        !ast_strlen_zero(ast_channel_call_forward(chan))) {
        follow_forward(line, leg);
        return;
    }
    frame = ast_read(chan);
    gone = !frame;
    cause = frame ? AST_CAUSE_NORMAL_CLEARING : ast_channel_hangupcause(chan);
    if (frame && frame->frametype == AST_FRAME_CONTROL) {
        switch (frame->subclass.integer) {
        case AST_CONTROL_ANSWER:
            answered = true;
            break;
        case AST_CONTROL_RINGING:
            rings = true;
            break;
        case AST_CONTROL_BUSY:
            gone = true;
            cause = AST_CAUSE_BUSY;
            break;
        case AST_CONTROL_CONGESTION:
            gone = true;
            cause = ast_channel_hangupcause(chan);
            break;
        }
    }
    if (frame) {
        ast_frfree(frame);
    }
    if (at == AST_VECTOR_SIZE(&line->legs)) {
        return;
    }
    if (rings && line->ring_with_phones && leg->offer != TL_NONE) {
        line_ring(line, true);
    }
    if (gone) {
        leg->gone = cause == AST_CAUSE_BUSY ? "BUSY" : "CONGESTION";
        if (leg->offer != TL_NONE) {
            /* When it had answered, the engine knows that already, and may connect it. */
            cc_reject(trunkline_center, leg->offer, cause_of(cause));
        } else {
            drop_leg(line, at, leg->gone);
            tl_ivr_transferred(line->dialogue->session, cc_now(), line->transfer_op,
                cause == AST_CAUSE_BUSY ? TL_IVR_TRANSFER_BUSY :
                cause == AST_CAUSE_CALL_REJECTED ? TL_IVR_TRANSFER_REJECTED : TL_IVR_TRANSFER_FAILED);
            flow_follow(line->dialogue);
        }
    } else if (answered && !leg->answered) {
        leg->answered = true;
        ast_channel_publish_dial(line->chan, chan, NULL, "ANSWER");
        if (leg->offer != TL_NONE) {
            cc_accept(trunkline_center, leg->offer);
        }
    }
}

/* ---- the conversation ------------------------------------------------------------------------- */

/* When the caller has hung up the agent's channel goes on in the dialplan, from where the caller was. */
static void agent_goes_on(struct line *line, struct ast_channel *leg)
{
    char *context, *exten;
    int priority;

    ast_channel_lock(line->chan);
    context = ast_strdupa(ast_channel_context(line->chan));
    exten = ast_strdupa(ast_channel_exten(line->chan));
    priority = ast_channel_priority(line->chan);
    ast_channel_unlock(line->chan);
    ast_bridge_set_after_go_on(leg, context, exten, priority, line->agent_goes_on);
}

/* Takes the leg out of the line and talks; the leg is gone afterwards. Returns who ended it. */
uint32_t line_converse(struct line *line, size_t at)
{
    struct leg leg = AST_VECTOR_REMOVE_UNORDERED(&line->legs, at);
    struct ast_bridge_config config;
    struct ast_party_connected_line connected;

    line_drop_legs(line);
    line_stop_playing(line);
    line_music(line, false);
    ast_deactivate_generator(line->chan);
    if (ast_check_hangup(leg.chan)) {
        /* Gone as soon as it had answered: there is nobody to be bridged with. */
        ast_hangup(leg.chan);
        return TL_ACD_BY_AGENT;
    }
    ast_party_connected_line_init(&connected);
    ast_channel_lock(leg.chan);
    ast_connected_line_copy_from_caller(&connected, ast_channel_caller(leg.chan));
    ast_channel_unlock(leg.chan);
    if (!line->keep_names && connected.id.number.valid && !ast_check_hangup(line->chan)) {
        ast_channel_update_connected_line(line->chan, &connected, NULL);
    }
    ast_party_connected_line_free(&connected);
    memset(&config, 0, sizeof(config));
    ast_set_flag(&config.features_caller, line->by_caller);
    ast_set_flag(&config.features_callee, line->by_agent);
    if (line->agent_goes_on) {
        agent_goes_on(line, leg.chan);
    }
    ast_bridge_call(line->chan, leg.chan, &config);
    if (ast_channel_softhangup_internal_flag(line->chan) & AST_SOFTHANGUP_ASYNCGOTO) {
        line->gone_to_dialplan = true;
        return TL_ACD_BY_TRANSFER;
    }
    return ast_check_hangup(line->chan) ? TL_ACD_BY_CALLER : TL_ACD_BY_AGENT;
}

