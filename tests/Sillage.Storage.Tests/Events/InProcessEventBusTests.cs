using Sillage.Specifications.Events;
using Sillage.Storage.Events;

namespace Sillage.Storage.Tests.Events;

public sealed class InProcessEventBusTests : EventBusSpecification
{
    protected override Task<IEventBus> CreateBusAsync() => Task.FromResult<IEventBus>(new InProcessEventBus());
}
