package packhorse.console.rest;

import packhorse.console.office.AccountOffice;
import packhorse.console.office.AdmissionOffice;
import packhorse.console.office.AttachmentOffice;
import packhorse.console.office.AuditOffice;
import packhorse.console.office.CalendarOffice;
import packhorse.console.office.ComplianceOffice;
import packhorse.console.office.DeploymentOffice;
import packhorse.console.office.DeploymentView;
import packhorse.console.office.EndpointOffice;
import packhorse.console.office.EntitlementOffice;
import packhorse.console.office.ExternalOffice;
import packhorse.console.office.GroupOffice;
import packhorse.console.office.NoticeOffice;
import packhorse.console.office.OrderOffice;
import packhorse.console.office.PlanOffice;
import packhorse.console.office.ProblemOffice;
import packhorse.console.office.ReleaseOffice;
import packhorse.console.office.ReportOffice;
import packhorse.console.office.RequestOffice;
import packhorse.console.office.SiteOffice;
import packhorse.console.office.TemplateOffice;
import packhorse.console.office.TestOffice;
import packhorse.console.office.WaveOffice;
import packhorse.console.retrospect.Retrospect;

/**
 * The offices whose acts the interface offers.
 *
 * @param accounts who may ask
 * @param requests change requests
 * @param orders change orders
 * @param plans their waves
 * @param deployments deployments and their waves
 * @param tests results, scans and defects
 * @param problems what came up
 * @param releases the catalogue
 * @param templates of standard changes
 * @param reports that people write
 * @param attachments files that are kept with orders
 * @param retrospect reports that are drawn from the ledger, and evidence
 * @param entitlements who may have what besides
 * @param fleet endpoints, groups, sites and who may join
 * @param compliance what groups should have
 * @param notices what people and other systems are told
 * @param external what other systems say
 * @param audit the trail
 */
public record Offices(
        AccountOffice accounts,
        RequestOffice requests,
        OrderOffice orders,
        PlanOffice plans,
        DeploymentOffices deployments,
        TestOffice tests,
        ProblemOffice problems,
        ReleaseOffice releases,
        TemplateOffice templates,
        ReportOffice reports,
        AttachmentOffice attachments,
        Retrospect retrospect,
        EntitlementOffice entitlements,
        FleetOffices fleet,
        ComplianceOffice compliance,
        NoticeOffice notices,
        ExternalOffice external,
        AuditOffice audit) {
    /**
     * The offices of deployments.
     *
     * @param office what people do with them
     * @param waves what they decide about one wave
     * @param view what they see
     */
    public record DeploymentOffices(DeploymentOffice office, WaveOffice waves, DeploymentView view) {}

    /** The offices of the fleet. */
    public record FleetOffices(
            EndpointOffice endpoints,
            GroupOffice groups,
            SiteOffice sites,
            CalendarOffice calendars,
            AdmissionOffice admission) {}
}
