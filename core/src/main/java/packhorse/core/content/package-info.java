/**
 * What is carried: releases and their names, manifests in one canonical byte form, file lists, packs, BitTorrent hash trees and torrents. Pure: bytes in, values out; whoever reads files lives in {@code seeder} or {@code peer}. Invariant: a value of this package is valid, its constructors refuse everything else.
 */
@Pure
@NullMarked
package packhorse.core.content;

import org.jspecify.annotations.NullMarked;
import packhorse.core.Pure;
