package packhorse.console.office;

import packhorse.console.change.BuildReport;
import packhorse.console.change.OrderId;

/** What a virus scanner said of an order's releases when they came to the test stage; the last one counts. */
public record OrderScan(OrderId order, BuildReport.Scan scan) {}
