using System.Text;
using Shouldly;
using Sillage.Specifications.Events;
using Sillage.Storage.Events;
using Xunit;

namespace Sillage.Storage.Tests.Events;

public sealed class InProcessEventBusTests : EventBusSpecification
{
    [Fact]
    public async Task Copies_of_one_subscriber_take_turns()
    {
        var bus = new InProcessEventBus();
        var turns = new int[2];
        foreach (var copy in new[] { 0, 1 })
        {
            await bus.SubscribeAsync(
                "shared",
                new HashSet<string> { "specimens.happened" },
                (_, _) =>
                {
                    turns[copy]++;
                    return Task.CompletedTask;
                },
                CancellationToken.None
            );
        }

        for (var i = 0; i < 10; i++)
        {
            var id = Guid.CreateVersion7();
            var body = Encoding.UTF8.GetBytes("{}");
            var envelope = new EventEnvelope(id, "specimens.happened", 1, "specimens", "", default, body, null);
            await bus.PublishAsync([envelope], CancellationToken.None);
        }

        turns.ShouldBe([5, 5]);
    }

    protected override Task<IEventBus> CreateBusAsync() => Task.FromResult<IEventBus>(new InProcessEventBus());
}
