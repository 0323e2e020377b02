package packhorse.tracker.desired;

/**
 * A line of the sheet: releases that some endpoints may have when their user asks.
 *
 * @param place where it stands, for messages
 * @param releases which
 * @param whom for
 */
public record Entitlement(String place, ReleasePattern releases, Selector whom) {}
