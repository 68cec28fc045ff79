using Shouldly;
using Sillage.Files.Kinds;
using Xunit;

namespace Sillage.Files.Tests;

public sealed class PictureLineTests
{
    // Ids whose accounts take turns of their own.
    private static readonly Guid[] Accounts =
    [
        .. Enumerable
            .Range(1, 1000)
            .Select(i => new Guid(i, 0, 0, new byte[8]))
            .DistinctBy(id => (uint)id.GetHashCode() % 256)
            .Take(3),
    ];

    [Fact]
    public async Task One_of_an_account_is_encoded_at_once_and_few_of_all()
    {
        var ct = TestContext.Current.CancellationToken;
        using var line = new PictureLine(2);
        var first = await line.EnterAsync(Accounts[0], ct);
        var again = line.EnterAsync(Accounts[0], ct).AsTask();
        again.IsCompleted.ShouldBeFalse();

        var second = await line.EnterAsync(Accounts[1], ct);
        var third = line.EnterAsync(Accounts[2], ct).AsTask();
        third.IsCompleted.ShouldBeFalse();

        second.Dispose();
        (await third).Dispose();
        again.IsCompleted.ShouldBeFalse();
        first.Dispose();
        (await again).Dispose();
    }

    [Fact]
    public async Task Who_leaves_while_waiting_holds_up_nobody()
    {
        var ct = TestContext.Current.CancellationToken;
        using var line = new PictureLine(1);
        var first = await line.EnterAsync(Accounts[0], ct);
        using var gone = new CancellationTokenSource();
        var left = line.EnterAsync(Accounts[1], gone.Token).AsTask();
        await gone.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(left);

        first.Dispose();
        (await line.EnterAsync(Accounts[1], ct)).Dispose();
    }
}
