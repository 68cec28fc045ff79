global using System.Net;
global using Shouldly;
global using Sillage.Specifications;
global using Sillage.Specifications.Hosting;
global using Xunit;
