using System.Net;
using System.Text;
using Shouldly;
using Sillage.EndToEnd.Tests.Durability;
using Sillage.EndToEnd.Tests.Kit;

namespace Sillage.EndToEnd.Tests.Operating;

/// <summary>A machine with little memory gets more than it can hold.</summary>
public sealed class MemoryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task A_batch_that_there_is_no_memory_for_is_to_come_again_later()
    {
        await using var server = await SillageServer.StartAsync(
            _folder,
            UnderLoad.Settings(("DOTNET_GCHeapHardLimit", "0x3000000"))
        );
        using var admin = await ApiClient.LogInAsync(server);
        await admin.MakeStudyAsync("game", 1);

        // Bigger each time: how much it can hold is the runtime's secret.
        var refused = false;
        for (var traces = 40_000; !refused && traces <= 240_000; traces += 40_000)
        {
            using var reply = await admin.Client.PostAsync("/api/v1/studies/game/traces", Batch(traces));
            var text = await reply.Content.ReadAsStringAsync();
            if (reply.StatusCode == HttpStatusCode.RequestEntityTooLarge)
            {
                break;
            }

            if (reply.StatusCode != HttpStatusCode.Created)
            {
                reply.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable, text);
                reply.Headers.RetryAfter.ShouldNotBeNull();
                refused = true;
            }
        }

        refused.ShouldBeTrue("something that it has no memory for");
        server.Errors.ShouldNotContain("defect");
        using var one = await admin.Client.PostAsync("/api/v1/studies/game/traces", Batch(1));
        one.StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    public void Dispose() => _folder.Dispose();

    private static StringContent Batch(int traces)
    {
        var batch = new StringBuilder("[");
        for (var i = 0; i < traces; i++)
        {
            batch.Append(i == 0 ? "" : ",");
            batch.Append(
                """{"timestamp":"2026-03-02T10:00:00Z","name":"moved","data":{"room":"loops"},"participant":1}"""
            );
        }

        return new StringContent(batch.Append(']').ToString(), Encoding.UTF8, "application/json");
    }
}
