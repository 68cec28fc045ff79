using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Sillage.Accounts.Contracts;
using Sillage.Hosting;
using Sillage.Hosting.PersonalData;
using Sillage.Hosting.Problems;
using Sillage.Hosting.Settings;
using Sillage.Storage;
using Sillage.Traces.Codebooks;
using Sillage.Traces.Consent;
using Sillage.Traces.Export;
using Sillage.Traces.Import;
using Sillage.Traces.Import.Tsadk;
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

namespace Sillage.Traces;

/// <summary>Studies, their participants, and the traces of what these do: intake, query, live view and export.</summary>
public sealed class TracesModule : IModule
{
    /// <inheritdoc />
    public string Name => "traces";

    /// <inheritdoc />
    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddModuleDatabase<TracesModule>(Name, companion: "identities");
        services.AddSettings<TracesOptions>("Traces");
        services.AddSingleton<StudyDirectory>();
        services.AddSingleton<KeptCodebooks>();
        services.AddSingleton<TraceSignals>();
        services.AddSingleton<LiveStreams>();
        services.AddSingleton<IntakeQueue>();
        services.AddHostedService(provider => provider.GetRequiredService<IntakeQueue>());
        services.AddSingleton<Readmission>();
        services.AddSingleton<RemovalQueue>();
        services.AddHostedService<TieRepair>();
        services.AddHostedService<RemovalWorker>();
        services.AddSurvivingDatabase<WithdrawalRecords>(WithdrawalList.Name, WithdrawalList.Table);
        services.AddSingleton<WithdrawalList>();
        services.AddSingleton<Withdrawals>();
        services.AddHostedService<WithdrawalReplay>();
        services.AddSingleton<RetentionRuns>();
        services.AddSingleton<RetentionSweep>();
        services.AddHostedService<RetentionWorker>();
        services.AddSingleton<ImportStore>();
        services.AddSingleton(provider => new TraceImport(
            new ImportServices(
                provider.GetRequiredService<IDatabase<TracesModule>>(),
                provider.GetRequiredService<StudyDirectory>(),
                provider.GetRequiredService<ImportStore>(),
                provider.GetRequiredService<IOptions<TracesOptions>>().Value,
                provider.GetRequiredService<TimeProvider>()
            )
        ));
        services.AddSingleton(provider => new TsadkImport(
            provider.GetRequiredService<IDatabase<TracesModule>>(),
            provider.GetRequiredService<StudyDirectory>(),
            provider.GetRequiredService<ImportStore>(),
            provider.GetRequiredService<IAccountDirectory>(),
            provider.GetRequiredService<TimeProvider>()
        ));
        services.AddSingleton<Tallies>();
        services.AddHostedService<TallyFollower>();
        services.AddSingleton<SummaryCache>();
        services.AddProblemForm(TsadkErrors.Form);
        services.AddPersonalData<TracesModule, TracesPersonalData>();
    }

    /// <inheritdoc />
    public void MapRoutes(IEndpointRouteBuilder routes)
    {
        var studies = routes.MapGroup("/api/v1/studies").WithTags("Studies");
        CreateStudy.Map(studies);
        ListStudies.Map(studies);

        var study = routes.MapGroup("/api/v1/studies/{study}").WithTags("Studies");
        ReadStudy.Map(study);
        ChangeStudy.Map(study);
        DeleteStudy.Map(study);
        ReadCodebook.Map(study);

        var rights = study.MapGroup("/rights").WithTags("Rights");
        ListRights.Map(rights);
        GiveRights.Map(rights);
        TakeRights.Map(rights);

        var participants = study.MapGroup("/participants").WithTags("Participants");
        ProvisionParticipants.Map(participants);
        ListParticipants.Map(participants);
        ReadParticipant.Map(participants);

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
}
