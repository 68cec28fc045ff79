using System.Globalization;

namespace Sillage.EndToEnd.Tests.Kit;

/// <summary>
/// The system's clock as a server sees it, moved while it runs (libfaketime, https://github.com/wolfcw/libfaketime). The
/// monotonic clock goes on, as it does when an administrator sets a real one.
/// </summary>
internal sealed class MovedClock : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string File => _folder["clock"];

    /// <summary>Settings of a server that goes by this clock; skips the test where the library is not there.</summary>
    public void Prepare(Dictionary<string, string> environment)
    {
        var library = Directory
            .GetDirectories("/usr/lib", "*-linux-gnu")
            .Select(folder => Path.Combine(folder, "faketime/libfaketimeMT.so.1"))
            .FirstOrDefault(System.IO.File.Exists);
        Assert.SkipWhen(library is null, "Needs libfaketime.");
        Set(days: 0);
        environment["LD_PRELOAD"] = library!;
        environment["FAKETIME_TIMESTAMP_FILE"] = File;
        // The file is looked at every second.
        environment["FAKETIME_CACHE_DURATION"] = "1";
        environment["FAKETIME_DONT_FAKE_MONOTONIC"] = "1";
    }

    /// <summary>Moves the clock so many days from the right time.</summary>
    public void Set(int days) =>
        System.IO.File.WriteAllText(File, string.Create(CultureInfo.InvariantCulture, $"{days:+0;-0;+0}d"));

    /// <summary>Moves it and waits until a server goes by it.</summary>
    public async Task SetAsync(int days, ApiClient server)
    {
        Set(days);
        await Eventually.HoldsAsync(async () =>
        {
            using var reply = await server.Client.GetAsync("/health/live");
            return (reply.Headers.Date!.Value - DateTimeOffset.UtcNow.AddDays(days)).Duration() < TimeSpan.FromHours(1);
        });
    }

    public void Dispose() => _folder.Dispose();
}
