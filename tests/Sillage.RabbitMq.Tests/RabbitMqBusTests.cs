using Sillage.Specifications.Events;
using Sillage.Storage.Events;

namespace Sillage.RabbitMq.Tests;

public sealed class RabbitMqBusTests(RabbitMqServer server) : EventBusSpecification
{
    private readonly BusUnderTest _bus = new(server.Uri);

    protected override Task<IEventBus> CreateBusAsync() => Task.FromResult<IEventBus>(_bus.Bus);

    protected override Task DestroyBusAsync() => _bus.DisposeAsync().AsTask();
}
