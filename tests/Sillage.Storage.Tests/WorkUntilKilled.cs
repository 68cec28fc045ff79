using Microsoft.Extensions.DependencyInjection;
using Sillage.Specifications;
using Sillage.Specifications.Storage;
using Sillage.Storage.Work;

namespace Sillage.Storage.Tests;

/// <summary>
/// The process that the kill test kills: it has errands done without end and says of each, from outside the unit that marks it,
/// that it was run.
/// </summary>
internal static class WorkUntilKilled
{
    public const string Verb = "work-until-killed";

    public static async Task RunAsync(string folder, string? postgres)
    {
        var place = postgres is null ? StoragePlace.In(folder) : StoragePlace.OnPostgres(postgres);
        await using var storage = await StorageUnderTest.StartAsync(
            place,
            services => AddErrands(services, new WorkScript { Outside = SayAsync })
        );
        await Task.Delay(Timeout.Infinite);
    }

    public static void AddErrands(IServiceCollection services, WorkScript script)
    {
        services.AddModuleDatabase<SpecimenModule>("specimen");
        services.AddSingleton(script);
        services.AddWork<SpecimenModule, Errand, RunErrand>((work, _) => (work.Limit, work.MaxAttempts) = (4, null));
        services.Configure<JobOptions>(options =>
        {
            options.PollInterval = TimeSpan.FromMilliseconds(200);
            options.Lease = TimeSpan.FromSeconds(1);
        });
    }

    private static Task SayAsync(Errand errand, WorkRun run, CancellationToken ct) =>
        Console.Out.WriteLineAsync(errand.Name);
}
