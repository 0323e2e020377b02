/**
 * What endpoints said they are made of: the newest inventory of each, on disk. {@link packhorse.tracker.inventory.InventoryShelf} is the
 * door. Invariants: an inventory is replaced as a whole or not at all; a difference is put on only where it belongs; what an
 * endpoint sends is bounded before it is believed.
 */
@NullMarked
package packhorse.tracker.inventory;

import org.jspecify.annotations.NullMarked;
