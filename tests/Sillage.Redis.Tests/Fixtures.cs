using Sillage.Redis.Tests;
using Xunit;

[assembly: AssemblyFixture(typeof(RedisServer))]
