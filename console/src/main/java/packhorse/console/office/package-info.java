/**
 * What people may ask of the console. Each method of an office is one transaction of the ledger: it loads the records, asks the pure
 * domain, keeps what became of them, writes the audit trail, and tells whoever the communications plan names. REST and command line
 * call these methods and add nothing to what they decide.
 *
 * <p>Invariants: a person is always named, and what the person may not do is refused here, not in the page; what was refused changed
 * nothing; whoever names the version that they saw overwrites nobody; a refusal is one line that says what, where and how to mend it
 * ({@link packhorse.console.ledger.Refusal}). What the product can find out itself it fills in after every act
 * ({@link packhorse.console.office.OrderFiller}): nobody is asked for it.
 *
 * <p>It knows the ledger's pages and no SQL, no HTTP and no clock: the time of an act is its transaction's.
 */
@NullMarked
package packhorse.console.office;

import org.jspecify.annotations.NullMarked;
