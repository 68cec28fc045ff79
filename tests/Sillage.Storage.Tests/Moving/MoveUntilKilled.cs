using Microsoft.Extensions.DependencyInjection;
using Sillage.Specifications.Storage;
using Sillage.Storage.Moving;

namespace Sillage.Storage.Tests.Moving;

/// <summary>The process that the kill test kills: it moves a folder, says how far it is, and waits there for its end.</summary>
internal static class MoveUntilKilled
{
    public const string Verb = "move-until-killed";

    public static async Task RunAsync(string folder, string postgres, int lines)
    {
        await using var services = Services(folder, postgres);
        await services.GetRequiredService<DataMove>().RunAsync(false, new Said(lines), CancellationToken.None);
    }

    /// <summary>What a verb has that moves a folder.</summary>
    public static ServiceProvider Services(string folder, string? postgres)
    {
        var services = new ServiceCollection();
        services.AddStorage();
        services.Configure<StorageOptions>(options => (options.Data, options.Postgres) = (folder, postgres));
        AddModules(services);
        return services.BuildServiceProvider();
    }

    public static void AddModules(IServiceCollection services)
    {
        services.AddModuleDatabase<SpecimenModule>("specimen");
        services.AddModuleDatabase<OtherModule>(
            ModuleRegistration.Of<SpecimenModule>("other") with
            {
                Module = typeof(OtherModule),
            }
        );
    }

    private sealed class Said(int lines) : IProgress<MoveProgress>
    {
        private int _said;

        public void Report(MoveProgress value)
        {
            Console.WriteLine($"{value.Step} {value.Module} {value.Done}");
            if (++_said == lines)
            {
                Thread.Sleep(Timeout.Infinite);
            }
        }
    }
}
