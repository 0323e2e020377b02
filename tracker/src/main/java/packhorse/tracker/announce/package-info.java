/**
 * One question, one answer: the BitTorrent tracker for other clients, of whatever protocol. It knows the swarms of releases
 * that were published for everybody, and no others. Pure: an {@link packhorse.tracker.announce.OpenTable} has one owner.
 * Invariants: an answer names other clients and the sessions of ours that serve them, never where our agents listen for each
 * other; everything that strangers can make grow has a bound.
 */
@Pure
@NullMarked
package packhorse.tracker.announce;

import org.jspecify.annotations.NullMarked;
import packhorse.core.Pure;
