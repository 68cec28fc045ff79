using Sillage.Benchmarks.Load;
using Sillage.Benchmarks.Targets;

namespace Sillage.Benchmarks.Cases;

/// <summary>Brings a store to a size, through the server's own intake.</summary>
internal static class Filling
{
    private const int Batch = 1000;
    private const int Connections = 4;

    public static async Task FillAsync(SillageTarget target, long rows)
    {
        var missing = rows - (await target.CountAsync() ?? 0);
        if (missing <= 0)
        {
            return;
        }

        Console.Error.WriteLine($"— storing {missing:N0} traces in {target.Name}");
        await target.RenewAsync();
        var left = (missing + Batch - 1) / Batch;
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(SendAsync));

        async Task SendAsync(int sender)
        {
            using var connection = new HttpConnection(target.Address);
            // Sixteen participants in turn, whichever connection it is.
            var requests = Enumerable.Range(0, 16).Select(player => target.Batch(player, Batch)).ToArray();
            for (var turn = sender; Interlocked.Decrement(ref left) >= 0; turn++)
            {
                var status = await connection.SendAsync(requests[turn % requests.Length].Next().Bytes);
                if (status is < 200 or > 299)
                {
                    throw new InvalidOperationException($"{target.Name} refused a batch: {status}.");
                }
            }
        }
    }
}
