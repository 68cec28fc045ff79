using System.CommandLine;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Sillage.Accounts.Contracts.Erasures;
using Sillage.Api.Access;
using Sillage.Api.Problems;
using Sillage.Hosting.Modules;
using Sillage.Hosting.Pages;
using Sillage.Hosting.Settings;
using Sillage.Hosting.SocketIO;
using Sillage.Hosting.Verbs;
using Sillage.Rowing.Analysis;
using Sillage.Rowing.Export;
using Sillage.Rowing.Files;
using Sillage.Rowing.Live;
using Sillage.Rowing.Logbook;
using Sillage.Rowing.Merging;
using Sillage.Rowing.PersonalData;
using Sillage.Rowing.Records;
using Sillage.Rowing.Rowers;
using Sillage.Rowing.Squads;
using Sillage.Rowing.Training;
using Sillage.Rowing.Verbs;
using Sillage.Rowing.Workouts;
using Sillage.Storage;
using Sillage.Storage.Work;

namespace Sillage.Rowing;

/// <summary>Rowing: every stroke kept, one record of each session.</summary>
public sealed class RowingModule : IModule
{
    /// <inheritdoc />
    public string Name => "rowing";

    /// <inheritdoc />
    public IReadOnlyList<Permission> Permissions => RowingPermission.All;

    /// <inheritdoc />
    public IReadOnlyList<ConsolePage> Pages { get; } =
    [new("rowing", 40, "Rowing", "Aviron") { For = [RowingPermission.Read], IsGivenToPeople = true }];

    /// <inheritdoc />
    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddModuleDatabase<RowingData>(Name);
        services.AddSettings<RowingOptions>("Rowing");
        services.AddRetention<RowingData>(ListDeletions.DeleteOld, provider => OptionsOf(provider).KeepDeletions);
        services.AddWork<RowingData, CloseIdle, CloseIdleWork>(
            (work, _) => (work.Every, work.AtStart) = (TimeSpan.FromMinutes(1), true)
        );
        services.AddWork<RowingData, ImportFile, ImportFileWork>();
        services.AddWork<RowingData, FindTwins, FindTwinsWork>();
        services.AddRetention<RowingData>(ListFiles.DeleteOld, provider => OptionsOf(provider).KeepFiles);
        services.AddSingleton<WorkoutRoom>();
        services.AddWork<RowingData, NameWorkouts, NameWorkoutsWork>(
            (work, _) => (work.Every, work.AtStart) = (TimeSpan.FromDays(1), true)
        );
        services.AddSingleton<FolderImport>();
        services.AddSingleton<SquadPeople>();
        services.AddSingleton<Looks>();
        services.AddSingleton<TellLimit>();
        services.AddSingleton<SquadWatches>();
        var document = RowingNamespace.Document();
        services.AddSingleton(document);
        services.AddNamespaces(live => RowingNamespace.Define(live, document));
        services.AddWork<RowingData, LookAtSquads, LookAtSquadsWork>(
            (work, _) => (work.Every, work.InEveryProcess) = (TimeSpan.FromSeconds(1), true)
        );
        services.AddRowingKinds();
        services.AddProblemForm(LogbookReply.Form);
        services.AddPersonalData<RowingData, RowingPersonalData>();
    }

    /// <inheritdoc />
    public void MapRoutes(IEndpointRouteBuilder routes)
    {
        var workouts = routes.MapGroup("/api/v1/workouts").WithTags("Workouts");
        SendWorkout.Map(workouts);
        ListWorkouts.Map(workouts);
        ListDeletions.Map(workouts);
        ListRecords.Map(workouts);
        CriticalPower.Map(workouts);
        SumSeason.Map(workouts);
        ExportWorkouts.Map(workouts);

        var rower = routes.MapGroup("/api/v1/rower").WithTags("Workouts");
        ReadProfile.Map(rower);
        ChangeProfile.Map(rower);
        ListLooks.Map(rower);

        var files = workouts.MapGroup("/files").WithTags("Files of workouts");
        SendFiles.Map(files);
        ListFiles.Map(files);
        ReadFile.Map(files);

        var database = routes.ServiceProvider.GetRequiredService<IDatabase<RowingData>>();
        var gate = new WorkoutGate(database, routes.ServiceProvider.GetRequiredService<Looks>());
        var workout = workouts.MapGroup("/{workout:guid}").WithMetadata(gate);
        ReadWorkout.Map(workout);
        ChangeWorkout.Map(workout);
        DeleteWorkout.Map(workout);
        ReadStrokes.Map(workout);
        SendStrokes.Map(workout);
        FinishWorkout.Map(workout);
        ListSources.Map(workout);
        UndoMerge.Map(workout);
        AnalyseWorkout.Map(workout);
        ExportWorkout.Map(workout);
        CommentWorkout.Map(workout);

        var squads = routes.MapGroup("/api/v1/squads").WithTags("Squads");
        CreateSquad.Map(squads);
        ListSquads.Map(squads);
        JoinSquad.Map(squads);

        var squad = squads.MapGroup("/{squad:guid}").WithMetadata(new SquadGate(database));
        ReadSquad.Map(squad);
        ListSquadMembers.Map(squad);
        ChangeSquadMember.Map(squad);
        OwnMembership.Map(squad);
        InviteRowers.Map(squad);
        ListRowerWorkouts.Map(squad);
        AssignWorkout.Map(squad);
        ChangeAssignment.Map(squad);
        AnswerAssignment.Map(squad);
        ReadResults.Map(squad);
        ShowLeaderboard.Map(squad);
        WatchSquad.Map(squad);

        LogbookRoutes.Map(routes);
    }

    /// <inheritdoc />
    public IReadOnlyList<Command> CreateVerbs(IVerbHost host) => [RowingVerbs.Create(host)];

    private static RowingOptions OptionsOf(IServiceProvider provider) =>
        provider.GetRequiredService<IOptions<RowingOptions>>().Value;
}
