/*
 * transfers.c - conversations under way, and the transfers that end them for the queue
 *
 * Copyright (C) 2026 the Trunkline authors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The caller's thread is in the bridge until the caller leaves it, which may be long after the agent
 * has passed the caller on. So the core's messages about transfers are listened to.
 */
#include "line.h"

#include "asterisk/stasis.h"
#include "asterisk/stasis_bridges.h"
#include "asterisk/stasis_channels.h"

struct conversation {
    struct call *call;
    struct ast_channel *chan;
    struct ast_channel_snapshot *chan_was, *leg_was;
    char queue[CC_NAME], agent[CC_NAME], phone[CC_NAME];
    /* Copies: a transfer may put another channel's into the caller's. */
    char chan_id[AST_MAX_UNIQUEID], leg_id[AST_MAX_UNIQUEID];
    int first_position;
    uint64_t waited_ms;
    tl_time since;
    bool told; /* the end of it; under the object's lock */
};

static struct ao2_container *conversations;
static struct stasis_subscription *transfers;

static void destroy(void *object)
{
    struct conversation *conversation = object;

    if (conversation->call) {
        cc_call_release(trunkline_center, &conversation->call->center);
    }
    ao2_cleanup(conversation->chan_was);
    ao2_cleanup(conversation->leg_was);
    ast_channel_cleanup(conversation->chan);
}

struct conversation *conversation_begin(const struct line *line, const struct leg *leg, uint64_t waited_ms)
{
    struct conversation *new = ao2_alloc(sizeof(*new), destroy);

    if (!new || !(new->chan_was = event_snapshot(line->chan)) ||
        !(new->leg_was = event_snapshot(leg->chan))) {
        ao2_cleanup(new);
        return NULL;
    }
    cc_call_own(&line->call->center);
    new->call = line->call;
    new->chan = ast_channel_ref(line->chan);
    ast_copy_string(new->chan_id, ast_channel_uniqueid(line->chan), sizeof(new->chan_id));
    ast_copy_string(new->leg_id, ast_channel_uniqueid(leg->chan), sizeof(new->leg_id));
    ast_copy_string(new->queue, line->queue, sizeof(new->queue));
    ast_copy_string(new->agent, leg->agent, sizeof(new->agent));
    ast_copy_string(new->phone, leg->phone, sizeof(new->phone));
    new->first_position = line->first_position;
    new->waited_ms = waited_ms;
    new->since = cc_now();
    ao2_link(conversations, new);
    return new;
}

/* A channel as it is, if it still is. */
static void refresh(struct ast_channel_snapshot **was, const char *id)
{
    struct ast_channel_snapshot *now = ast_channel_snapshot_get_latest(id);

    if (now) {
        ao2_ref(*was, -1);
        *was = now;
    }
}

static bool is_told(struct conversation *conversation)
{
    SCOPED_AO2LOCK(lock, conversation);

    return conversation->told;
}

/* True for the one who may tell how it ended, once. */
static bool end(struct conversation *conversation)
{
    bool first;

    ao2_lock(conversation);
    first = !conversation->told;
    conversation->told = true;
    ao2_unlock(conversation);
    if (first) {
        refresh(&conversation->chan_was, conversation->chan_id);
        refresh(&conversation->leg_was, conversation->leg_id);
    }
    return first;
}

static struct call_facts facts_of(const struct conversation *conversation, uint64_t talked_ms)
{
    struct call_facts facts = {
        .chan_was = conversation->chan_was,
        .leg_was = conversation->leg_was,
        .queue = conversation->queue,
        .agent = conversation->agent,
        .phone = conversation->phone,
        .first_position = conversation->first_position,
        .waited_ms = conversation->waited_ms,
        .talked_ms = talked_ms,
    };

    return facts;
}

/*
 * Passed on to an application, the caller goes on in another channel's place, and what this thread is
 * left with is that channel. The core tells of the transfer a moment later.
 */
static void wait_for_transfer(struct conversation *conversation)
{
    int ms;

    for (ms = 0; ms < 1000 && !is_told(conversation); ms += 10) {
        usleep(10000);
    }
}

void conversation_over(struct conversation *conversation, uint32_t by, uint64_t talked_ms,
    bool gone_to_dialplan)
{
    if (strcmp(conversation->chan_id, ast_channel_uniqueid(conversation->chan))) {
        wait_for_transfer(conversation);
        by = TL_ACD_BY_TRANSFER;
    }
    ao2_unlink(conversations, conversation);
    if (end(conversation)) {
        struct call_facts facts = facts_of(conversation, talked_ms);
        if (gone_to_dialplan) {
            event_blind_transfer(&facts, ast_channel_exten(conversation->chan),
                ast_channel_context(conversation->chan));
        } else {
            event_completed(&facts, by);
        }
    }
    ao2_ref(conversation, -1);
}

/* ---- what the core says ----------------------------------------------------------------------- */

static bool is_of(const struct conversation *conversation, const struct ast_channel_snapshot *snapshot)
{
    return snapshot && (!strcmp(conversation->leg_id, snapshot->base->uniqueid) ||
        !strcmp(conversation->chan_id, snapshot->base->uniqueid));
}

/* In the words of app_queue's ATTENDEDTRANSFER; false when nobody has left. */
static bool where_to(const struct ast_attended_transfer_message *message, char *text, size_t room)
{
    switch (message->dest_type) {
    case AST_ATTENDED_TRANSFER_DEST_BRIDGE_MERGE:
        snprintf(text, room, "BRIDGE|%s", message->dest.bridge);
        return true;
    case AST_ATTENDED_TRANSFER_DEST_APP:
    case AST_ATTENDED_TRANSFER_DEST_LOCAL_APP:
        snprintf(text, room, "APP|%s", message->dest.app);
        return true;
    case AST_ATTENDED_TRANSFER_DEST_LINK:
        snprintf(text, room, "LINK|%s|%s", message->dest.links[0]->base->name,
            message->dest.links[1]->base->name);
        return true;
    default:
        return false;
    }
}

static void tell(struct conversation *conversation, struct stasis_message *message)
{
    uint64_t talked_ms = cc_now() - conversation->since;
    struct call_facts facts;
    char to[2 * AST_MAX_EXTENSION + 20];

    if (stasis_message_type(message) == ast_blind_transfer_type()) {
        const struct ast_blind_transfer_message *blind = stasis_message_data(message);
        if (blind->result == AST_BRIDGE_TRANSFER_SUCCESS && is_of(conversation, blind->transferer) &&
            end(conversation)) {
            facts = facts_of(conversation, talked_ms);
            event_blind_transfer(&facts, blind->exten, blind->context);
            cc_complete(trunkline_center, &conversation->call->center, TL_ACD_BY_TRANSFER);
        }
    } else if (stasis_message_type(message) == ast_attended_transfer_type()) {
        const struct ast_attended_transfer_message *attended = stasis_message_data(message);
        if (attended->result == AST_BRIDGE_TRANSFER_SUCCESS &&
            (is_of(conversation, attended->to_transferee.channel_snapshot) ||
             is_of(conversation, attended->to_transfer_target.channel_snapshot)) &&
            where_to(attended, to, sizeof(to)) && end(conversation)) {
            facts = facts_of(conversation, talked_ms);
            event_attended_transfer(&facts, to);
            cc_complete(trunkline_center, &conversation->call->center, TL_ACD_BY_TRANSFER);
        }
    }
}

/* Transfers are rare: all conversations are looked at. */
static void transferred(void *data, struct stasis_subscription *sub, struct stasis_message *message)
{
    struct ao2_iterator all = ao2_iterator_init(conversations, 0);
    struct conversation *conversation;

    while ((conversation = ao2_iterator_next(&all))) {
        tell(conversation, message);
        ao2_ref(conversation, -1);
    }
    ao2_iterator_destroy(&all);
}

static int hash_conversation(const void *object, int flags)
{
    const struct conversation *conversation = object;

    return ast_str_hash(conversation->leg_id);
}

bool transfers_start(void)
{
    conversations = ao2_container_alloc_hash(AO2_ALLOC_OPT_LOCK_MUTEX, 0, 251, hash_conversation,
        NULL, NULL);
    transfers = conversations ? stasis_subscribe(ast_bridge_topic_all(), transferred, NULL) : NULL;
    if (!transfers) {
        return false;
    }
    stasis_subscription_accept_message_type(transfers, ast_blind_transfer_type());
    stasis_subscription_accept_message_type(transfers, ast_attended_transfer_type());
    stasis_subscription_set_filter(transfers, STASIS_SUBSCRIPTION_FILTER_SELECTIVE);
    return true;
}

void transfers_stop(void)
{
    transfers = stasis_unsubscribe_and_join(transfers);
    ao2_cleanup(conversations);
    conversations = NULL;
}
