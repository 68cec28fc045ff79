using Shouldly;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.Durability;

/// <summary>One data folder and two servers.</summary>
public sealed class TwoProcessesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task The_second_says_so_and_ends_and_the_first_goes_on()
    {
        await using var first = await SillageServer.StartAsync(_folder.Path, UnderLoad.Settings());
        using var admin = await ApiClient.LogInAsync(first);
        var queues = new OfflineQueues("game", await admin.MakeStudyAsync("game", 3));
        await using (var session = queues.SendTo(first))
        {
            await session.AcknowledgeAsync(more: 100);
            var second = await CommandRun.SillageAsync(
                _folder.Path,
                ["serve", "--urls", "http://127.0.0.1:0"],
                UnderLoad.Settings()
            );
            second.ExitCode.ShouldBe(2);
            second.Error.ShouldContain("in use by another Sillage server");
            await session.AcknowledgeAsync(more: 100);
        }

        await queues.FlushAsync(first);
        await queues.ShouldBeStoredOnceAsync(admin);
    }

    [Fact]
    public async Task Of_two_started_at_once_one_serves()
    {
        var starts = await Task.WhenAll(TryStartAsync(), TryStartAsync());

        var server = starts.Where(start => start is not null).ShouldHaveSingleItem()!;
        await using (server)
        {
            (await ApiClient.LogInAsync(server)).Dispose();
        }
    }

    public void Dispose() => _folder.Dispose();

    private async Task<SillageServer?> TryStartAsync()
    {
        try
        {
            return await SillageServer.StartAsync(_folder.Path, UnderLoad.Settings());
        }
        catch (InvalidOperationException refused) when (refused.Message.Contains("in use", StringComparison.Ordinal))
        {
            return null;
        }
    }
}
