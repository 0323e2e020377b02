package packhorse.console.office;

import packhorse.console.change.OrderId;
import packhorse.console.change.TestResult;

/** A test's result as the ledger keeps it: beside its order, since there are many. */
public record TestRecord(OrderId order, TestResult result) {}
