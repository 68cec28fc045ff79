using System.Diagnostics;
using Shouldly;
using Sillage.Specifications;
using Sillage.Specifications.Storage;
using Xunit;

namespace Sillage.Storage.Tests.Sqlite;

/// <summary>A disk that is really full: a file system of three megabytes.</summary>
public sealed class SqliteDiskFullTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private bool _mounted;

    public async ValueTask InitializeAsync() =>
        _mounted =
            OperatingSystem.IsLinux()
            && Environment.IsPrivilegedProcess
            && await RunAsync("mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", _folder) == 0;

    public async ValueTask DisposeAsync()
    {
        if (_mounted)
        {
            await RunAsync("umount", _folder);
        }

        _folder.Dispose();
    }

    [Fact]
    public async Task What_does_not_fit_is_refused_what_was_acknowledged_stays_and_room_brings_writes_back()
    {
        Assert.SkipUnless(_mounted, "Needs the right to mount a file system.");
        var filler = Path.Combine(_folder, "filler");
        await using var storage = await StorageUnderTest.StartAsync(
            StoragePlace.In(_folder),
            services => services.AddModuleDatabase<SpecimenModule>("specimen")
        );
        var database = storage.Database<SpecimenModule>();
        await File.WriteAllBytesAsync(filler, new byte[1_000_000]);

        var acknowledged = new List<string>();
        await Should.ThrowAsync<DatabaseUnavailableException>(async () =>
        {
            for (var number = 0; number < 1000; number++)
            {
                await database.AddAsync(Specimen.Called($"{number:000}") with { Data = new byte[20_000] });
                acknowledged.Add($"{number:000}");
            }
        });
        acknowledged.ShouldNotBeEmpty();
        (await database.NamesAsync()).ShouldBe(acknowledged);

        File.Delete(filler);
        await database.AddAsync(Specimen.Called("room") with { Data = new byte[20_000] });
        (await database.NamesAsync()).ShouldBe([.. acknowledged, "room"]);
    }

    private static async Task<int> RunAsync(params string[] command)
    {
        using var process = Process.Start(
            new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true, UseShellExecute = false }
        )!;
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
