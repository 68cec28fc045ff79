using System.CommandLine;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Sillage.Accounts.Contracts;
using Sillage.Accounts.Contracts.Erasures;
using Sillage.Api.Access;
using Sillage.Api.Problems;
using Sillage.Hosting.Modules;
using Sillage.Hosting.Pages;
using Sillage.Hosting.Settings;
using Sillage.Hosting.Verbs;
using Sillage.Notifications.Contracts;
using Sillage.Storage;
using Sillage.Storage.Work;
using Sillage.Traces.Alerts;
using Sillage.Traces.Codebooks;
using Sillage.Traces.Consent;
using Sillage.Traces.Export;
using Sillage.Traces.Import;
using Sillage.Traces.Intake;
using Sillage.Traces.Live;
using Sillage.Traces.Participants;
using Sillage.Traces.PersonalData;
using Sillage.Traces.Quarantine;
using Sillage.Traces.Query;
using Sillage.Traces.Removal;
using Sillage.Traces.Retention;
using Sillage.Traces.Rights;
using Sillage.Traces.Studies;
using Sillage.Traces.Summaries;
using Sillage.Traces.Tally;
using Sillage.Traces.Tsadk;
using Sillage.Traces.Tsadk.Import;
using Sillage.Traces.Verbs;
using Sillage.Traces.Withdrawing;

namespace Sillage.Traces;

/// <summary>Studies, their participants, and the traces of what these do: intake, query, live view and export.</summary>
public sealed class TracesModule : IModule
{
    /// <inheritdoc />
    public string Name => "traces";

    /// <inheritdoc />
    public IReadOnlyList<Permission> Permissions => TracesPermission.All;

    /// <inheritdoc />
    public IReadOnlyList<ConsolePage> Pages { get; } =
    [new("studies", 10, "Studies", "Études") { For = [TracesPermission.ReadTraces, TracesPermission.CreateStudies] }];

    /// <inheritdoc />
    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddModuleDatabase<TracesData>(Name, companion: "identities", moved: [TracesData.Traces]);
        services.AddSettings<TracesOptions>("Traces");
        services.AddSingleton<StudyDirectory>();
        services.AddSingleton<KeptCodebooks>();
        services.AddSingleton<TraceSignals>();
        services.AddSingleton<LiveStreams>();
        services.AddSingleton<IntakeMetrics>();
        services.AddSingleton<IntakeQueue>();
        services.AddHostedService(provider => provider.GetRequiredService<IntakeQueue>());
        services.AddSingleton<Readmission>();
        services.AddSingleton<RemovalQueue>();
        services.AddHostedService<TieRepair>();
        services.AddWork<TracesData, Remove, RemovalWork>(
            (work, _) => (work.Every, work.AtStart) = (TimeSpan.FromMinutes(1), true)
        );
        services.AddSurvivingDatabase<WithdrawalRecords>(WithdrawalList.Name, WithdrawalList.Table);
        services.AddSingleton<WithdrawalList>();
        services.AddSingleton<Withdrawals>();
        services.AddHostedService<WithdrawalReplay>();
        services.AddRetention<WithdrawalRecords>(
            WithdrawalList.DeleteOld,
            provider => OptionsOf(provider).KeepWithdrawals
        );
        services.AddSingleton<RetentionRuns>();
        services.AddSingleton<RetentionSweep>();
        services.AddWork<TracesData, BeginRetention, RetentionWork>(
            (work, provider) => (work.Every, work.AtStart) = (OptionsOf(provider).RetentionInterval, true)
        );
        services.AddWork<TracesData, Retain, RetentionWork>(
            (work, _) => (work.Every, work.AtStart) = (TimeSpan.FromMinutes(1), true)
        );
        services.AddNotificationContracts();
        services.AddNotificationKind(AlertKinds.Silence);
        services.AddNotificationKind(AlertKinds.Quarantine);
        services.AddNotificationKind(AlertKinds.Stop);
        services.AddNotificationKind(AlertKinds.Retention);
        services.AddWork<TracesData, CheckAlerts, CheckAlertsWork>((work, _) => work.Every = TimeSpan.FromMinutes(1));
        services.AddSingleton<ImportStore>();
        services.AddSingleton(provider => new TraceImport(
            new ImportServices(
                provider.GetRequiredService<IDatabase<TracesData>>(),
                provider.GetRequiredService<StudyDirectory>(),
                provider.GetRequiredService<ImportStore>(),
                OptionsOf(provider),
                provider.GetRequiredService<TimeProvider>()
            )
        ));
        services.AddSingleton(provider => new TsadkImport(
            provider.GetRequiredService<IDatabase<TracesData>>(),
            provider.GetRequiredService<StudyDirectory>(),
            provider.GetRequiredService<ImportStore>(),
            provider.GetRequiredService<IAccountDirectory>(),
            provider.GetRequiredService<TimeProvider>()
        ));
        services.AddSingleton<Tallies>();
        services.AddWork<TracesData, CountTraces, TallyWork>(
            (work, provider) =>
            {
                // Looked for even if nobody rang: what another process stored, or what was left at a stop.
                (work.Every, work.AtStart) = (TimeSpan.FromMinutes(1), true);
                work.Gather = TimeSpan.FromSeconds(OptionsOf(provider).TallySeconds);
            }
        );
        services.AddSingleton<SummaryCache>();
        services.AddProblemForm(TsadkErrors.Form);
        services.AddPersonalData<TracesData, TracesPersonalData>();
    }

    /// <inheritdoc />
    public IReadOnlyList<Command> CreateVerbs(IVerbHost host) => [TracesVerbs.Create(host)];

    /// <inheritdoc />
    public void MapRoutes(IEndpointRouteBuilder routes)
    {
        var studies = routes.MapGroup("/api/v1/studies").WithTags("Studies");
        CreateStudy.Map(studies);
        ListStudies.Map(studies);

        var gate = new StudyGate(routes.ServiceProvider.GetRequiredService<StudyDirectory>());
        var study = routes.MapGroup("/api/v1/studies/{study}").WithMetadata(gate).WithTags("Studies");
        ReadStudy.Map(study);
        ChangeStudy.Map(study);
        DeleteStudy.Map(study);
        ReadCodebook.Map(study);

        MyAlerts.Map(study.MapGroup("").WithTags("Alerts"));

        var rights = study.MapGroup("/rights").WithTags("Rights");
        ListRights.Map(rights);
        FindCandidate.Map(rights);
        GiveRights.Map(rights);
        TakeRights.Map(rights);
        ListOpenings.Map(study);

        var participants = study.MapGroup("/participants").WithTags("Participants");
        ProvisionParticipants.Map(participants);
        ListParticipants.Map(participants);
        ReadParticipant.Map(participants);
        EraseParticipant.Map(participants);

        var consent = study.MapGroup("").WithTags("Consent");
        ReadConsent.Map(consent);
        GiveConsent.Map(consent);
        WithdrawConsent.Map(consent);
        ReadParticipantConsent.Map(consent);
        ListConsents.Map(consent);

        var traces = study.MapGroup("/traces").WithTags("Traces");
        SendTraces.Map(traces);
        ListTraces.Map(traces);
        ReadTrace.Map(traces);
        WatchTraces.Map(traces);
        ExportTraces.Map(traces);
        ImportFileOfTraces.Map(traces);

        var quarantine = study.MapGroup("/quarantine").WithTags("Quarantine");
        ListQuarantine.Map(quarantine);
        ListReasons.Map(quarantine);
        DownloadQuarantine.Map(quarantine);
        PutBackMany.Map(quarantine);
        DismissMany.Map(quarantine);
        ReadQuarantined.Map(quarantine);
        MendQuarantined.Map(quarantine);
        PutBackQuarantined.Map(quarantine);
        DismissQuarantined.Map(quarantine);

        var retention = study.MapGroup("/retention").WithTags("Retention");
        ReadRetention.Map(retention);
        ListRetentionRuns.Map(retention);
        RunRetention.Map(retention);

        var summary = study.MapGroup("").WithTags("Summary");
        ReadSummary.Map(summary);
        ListGaps.Map(summary);
        var sessions = summary.MapGroup("/sessions");
        ListSessions.Map(sessions);
        ExportSessions.Map(sessions);

        TsadkRoutes.Map(routes);
    }

    private static TracesOptions OptionsOf(IServiceProvider provider) =>
        provider.GetRequiredService<IOptions<TracesOptions>>().Value;
}
