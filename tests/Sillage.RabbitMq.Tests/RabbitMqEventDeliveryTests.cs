using Microsoft.Extensions.DependencyInjection;
using RabbitMQ.Client;
using Shouldly;
using Sillage.Specifications;
using Sillage.Specifications.Events;
using Sillage.Storage.Events;

namespace Sillage.RabbitMq.Tests;

/// <summary>The publisher in one process, the listener in another, with nothing in common but RabbitMQ.</summary>
public abstract class RabbitMqEventDeliverySpecification(RabbitMqServer server) : EventDeliverySpecification
{
    private StoragePlace? _listeners;

    protected override bool Apart => true;

    protected override StoragePlace ListenersPlace => _listeners!;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _listeners?.Dispose();
        // What this test left there is no other's.
        await using var connection = await new ConnectionFactory { Uri = new Uri(server.Uri) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        await Topology.DeleteAsync(channel, "other", CancellationToken.None);
        GC.SuppressFinalize(this);
    }

    [Fact]
    public override async Task The_deployment_knows_its_modules_and_what_they_hear_of()
    {
        // As far as its database goes, and the broker knows no more of who is there.
        var modules = await Storage.Services.GetRequiredService<IDeployment>().ListAsync(CancellationToken.None);

        modules.Select(module => module.Name).ShouldBe(["specimen"]);
    }

    protected override async Task<StoragePlace> CreatePlaceAsync()
    {
        _listeners = await CreateOnePlaceAsync();
        return await CreateOnePlaceAsync();
    }

    protected abstract Task<StoragePlace> CreateOnePlaceAsync();

    protected override void AddBus(IServiceCollection services)
    {
        // In the place of storage's own.
        BusUnderTest.Add(services, server.Uri);
    }
}

// One after the other: they have the names of modules and events in common, and with them the queue.
[Collection("delivery")]
public sealed class SqliteRabbitMqEventDeliveryTests(RabbitMqServer server) : RabbitMqEventDeliverySpecification(server)
{
    protected override Task<StoragePlace> CreateOnePlaceAsync() => Task.FromResult(StoragePlace.OnSqlite());
}

[Collection("delivery")]
public sealed class PostgresRabbitMqEventDeliveryTests(RabbitMqServer server, PostgresServer postgres)
    : RabbitMqEventDeliverySpecification(server)
{
    protected override Task<StoragePlace> CreateOnePlaceAsync() => postgres.CreatePlaceAsync();
}
