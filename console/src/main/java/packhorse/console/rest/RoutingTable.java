package packhorse.console.rest;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** All routes there are, in the order of the OpenAPI document. */
final class RoutingTable {
    private RoutingTable() {}

    static List<Route> of(RestParts parts, Gate gate, RestMeters meters, EventFeed events) {
        List<Route> routes = new ArrayList<>();
        Offices offices = parts.offices();
        routes.addAll(WatchRoutes.of(parts, meters));
        routes.addAll(SessionRoutes.of(gate));
        routes.addAll(AccountRoutes.of(offices.accounts(), gate));
        routes.addAll(RequestRoutes.of(offices.requests()));
        routes.addAll(OrderRoutes.of(offices.orders(), offices.plans()));
        routes.addAll(DeploymentRoutes.of(
                offices.deployments().office(), offices.deployments().view()));
        routes.addAll(WaveRoutes.of(offices.deployments().waves()));
        routes.addAll(TestRoutes.of(offices.tests(), offices.orders()));
        routes.addAll(IntakeRoutes.of(offices.tests(), offices.orders(), parts.clock()));
        routes.addAll(ProblemRoutes.of(offices.problems()));
        routes.addAll(ReleaseRoutes.of(offices.releases(), parts.reads()));
        routes.addAll(TemplateRoutes.of(offices.templates()));
        routes.addAll(ReportRoutes.of(offices.reports(), offices.orders(), offices.retrospect()));
        routes.addAll(AttachmentRoutes.of(offices.attachments(), parts.reads()));
        routes.addAll(RetrospectRoutes.of(offices.retrospect(), parts.reads()));
        routes.addAll(EntitlementRoutes.of(parts.offices().entitlements()));
        routes.addAll(EndpointRoutes.of(offices.fleet().endpoints()));
        routes.addAll(GroupRoutes.of(offices.fleet().groups()));
        routes.addAll(SiteRoutes.of(offices.fleet().sites()));
        routes.addAll(CalendarRoutes.of(offices.fleet().calendars()));
        routes.addAll(AdmissionRoutes.of(offices.fleet().admission(), parts.clock()));
        routes.addAll(ComplianceRoutes.of(offices.compliance(), parts.reads()));
        routes.addAll(NoticeRoutes.of(offices.notices()));
        routes.addAll(ExternalRoutes.of(offices.external(), parts.callbacks(), parts.clock()));
        routes.addAll(EventRoutes.of(parts, events));
        Set<String> seen = new HashSet<>();
        for (Route route : routes) {
            if (!seen.add(route.name()) || !seen.add(route.verb() + " " + route.path())) {
                throw new IllegalStateException(
                        "two routes are " + route.name() + ", " + route.verb() + " " + route.path());
            }
        }
        return List.copyOf(routes);
    }
}
