//! What is done to the gateways, and what must come of it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use locus_gateway::ClientKey;
use oci_emulator::Fault;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::time::sleep;

use super::fleet::{Fleet, OPERATOR, REPLICAS};
use super::wire::{Answer, ask, eval, get, open, question};
use super::{Result, Table};

/// 500 calls a minute, asked for 2,000 times at once.
pub(crate) async fn calls(fleet: &Fleet, table: &mut Table) -> Result<()> {
    let key = fleet.key(ClientKey::named("calls").with_rpm(500)).await?;
    let before = fleet.service.request_count();
    let began = Instant::now();
    let answers = all(fleet.balancer, &key, &question("grok", false, 50), 2000).await?;
    let took = began.elapsed().as_secs_f64();
    table.exact("500 calls a minute, 2,000 sent: admitted", count(&answers, 200), 500);
    table.exact("  refused with 429", count(&answers, 429), 1500);
    table.exact("  arrived at the service", fleet.service.request_count() - before, 500);
    table.between("  seconds, within one minute", took, 0.0, 55.0);
    Ok(())
}

/// 20 at a time, with answers that do not end.
pub(crate) async fn calls_at_a_time(fleet: &Fleet, table: &mut Table) -> Result<()> {
    let key = fleet.key(ClientKey::named("parallel").with_parallel(20)).await?;
    fleet.service.set_fault(Some(Fault::StallAfter { events: 1 }));
    let held = held(fleet.balancer, &key, 50, 200).await?;
    table.exact("20 at a time, 200 streams opened: admitted", held.admitted(), 20);
    table.exact("  refused with 429", held.refused(), 180);
    drop(held);
    let began = Instant::now();
    let mut again = Vec::new();
    while again.len() < 20 && began.elapsed() < PATIENCE {
        let (answer, stream) = open(fleet.balancer, &key, &question("grok", true, 50)).await?;
        match answer.status {
            200 => again.push(stream),
            _ => sleep(Duration::from_millis(20)).await,
        }
    }
    table.exact("  admitted again when all clients have left", again.len(), 20);
    let (more, _stream) = open(fleet.balancer, &key, &question("grok", true, 50)).await?;
    table.exact("  the status of one more", usize::from(more.status), 429);
    fleet.service.set_fault(None);
    Ok(())
}

/// Ten times the tokens of a call in a minute, with answers that do not end, so that nothing is settled.
pub(crate) async fn tokens(fleet: &Fleet, table: &mut Table) -> Result<()> {
    let body = question("grok", true, 1000);
    let each = 1000 + u32::try_from(body.len() / 4)?;
    // A tenth of a call more, so that what fills up meanwhile does not make an eleventh.
    let key = fleet.key(ClientKey::named("tokens").with_tpm(each * 10 + each / 10)).await?;
    fleet.service.set_fault(Some(Fault::StallAfter { events: 1 }));
    let began = Instant::now();
    let held = held(fleet.balancer, &key, 1000, 60).await?;
    let took = began.elapsed().as_secs_f64();
    // It fills up by 10.1 calls a minute.
    table.between("tokens of 10 calls, 60 sent: seconds", took, 0.0, 5.0);
    table.exact("  admitted", held.admitted(), 10);
    table.exact("  refused with 429", held.refused(), 50);
    fleet.service.set_fault(None);
    Ok(())
}

/// A budget for ten reservations; then until nothing is left of it.
pub(crate) async fn budget(fleet: &Fleet, table: &mut Table) -> Result<()> {
    let body = question("grok", true, 1000);
    let each = (body.len() / 4) as f64 * PROMPT + 1000.0 * ANSWER;
    let dollars = each * 10.5;
    let key = fleet.key(ClientKey::named("budget").with_budget(dollars, None)).await?;
    fleet.service.set_fault(Some(Fault::StallAfter { events: 1 }));
    let held = held(fleet.balancer, &key, 1000, 60).await?;
    table.exact("a budget for 10.5 calls, 60 sent: admitted", held.admitted(), 10);
    table.exact("  refused with 429", held.refused(), 50);
    drop(held);
    fleet.service.set_fault(None);
    let mut paid = 0.0;
    let whole = question("grok", false, 1000);
    let began = Instant::now();
    loop {
        let answers = all(fleet.balancer, &key, &whole, 30).await?;
        paid += answers.iter().map(Answer::cost).sum::<f64>();
        // Once when the streams are settled, and again when nothing is left.
        let none = count(&answers, 200) == 0 && fleet.calls_under_way().await? == 0;
        if none || began.elapsed() > PATIENCE {
            break;
        }
    }
    let script = "return redis.call('HGET', redis.call('KEYS', '*:budget')[1], 'spent')";
    let spent: f64 = eval(fleet.store_port, script).await?.parse()?;
    table.between("  dollars that the store counted", spent, dollars - each, dollars);
    table.between("  dollars that the answers told", paid, 0.0, spent);
    Ok(())
}

/// What one gateway finds out about a deployment the others do not try.
pub(crate) async fn rests(fleet: &Fleet, table: &mut Table) -> Result<()> {
    fleet.other.set_fault(Some(Fault::status(503)));
    let body = question("pair", false, 50);
    let began = Instant::now();
    while fleet.other.request_count() == 0 && began.elapsed() < PATIENCE {
        ask(fleet.gateway(0), OPERATOR, &body).await?;
    }
    let asked = fleet.other.request_count();
    let learnt = Instant::now();
    for replica in 1..REPLICAS {
        while !get(fleet.gateway(replica), "/", OPERATOR).await?.body.contains("resting")
            && learnt.elapsed() < PATIENCE
        {
            sleep(Duration::from_millis(10)).await;
        }
    }
    table.between("a rest is known to all, seconds", learnt.elapsed().as_secs_f64(), 0.0, 2.0);
    let answers = all(fleet.balancer, OPERATOR, &body, 300).await?;
    table.exact("  300 more calls: answered", count(&answers, 200), 300);
    table.exact("  sent to the one that rests", fleet.other.request_count() - asked, 0);
    fleet.other.set_fault(None);
    Ok(())
}

/// A gateway that is killed leaves its places to the others.
pub(crate) async fn killed_gateway(fleet: &mut Fleet, table: &mut Table) -> Result<()> {
    let key = fleet.key(ClientKey::named("killed").with_parallel(6)).await?;
    fleet.service.set_fault(Some(Fault::StallAfter { events: 1 }));
    let body = question("grok", true, 50);
    let mut streams = Vec::new();
    for place in 0..6 {
        let (answer, stream) = open(fleet.gateway(place % REPLICAS), &key, &body).await?;
        table.is_right &= answer.status == 200;
        streams.push(stream);
    }
    fleet.kill_gateway(0)?;
    let killed = Instant::now();
    let (answer, _) = open(fleet.balancer, &key, &body).await?;
    table.exact("a gateway of 3 killed, 6 of 6 open: one more", usize::from(answer.status), 429);
    let mut back = Vec::new();
    let mut first = None;
    while killed.elapsed() < Duration::from_secs(16) {
        let (answer, stream) = open(fleet.balancer, &key, &body).await?;
        if answer.status == 200 {
            first.get_or_insert_with(|| killed.elapsed().as_secs_f64());
            back.push(stream);
        }
        sleep(Duration::from_millis(50)).await;
    }
    table.between("  seconds until its places are free", first.unwrap_or(99.0), 6.0, 11.0);
    table.exact("  places that came back in 16 s", back.len(), 2);
    fleet.service.set_fault(None);
    drop((streams, back));
    fleet.start_gateway(0).await
}

/// A store that is killed: nothing is admitted that is not counted; and it has not forgotten.
pub(crate) async fn killed_store(fleet: &mut Fleet, table: &mut Table) -> Result<()> {
    let key = fleet.key(ClientKey::named("store").with_rpm(30)).await?;
    let free = fleet.key(ClientKey::named("free")).await?;
    let body = question("grok", false, 50);
    let began = Instant::now();
    let answers = all(fleet.balancer, &key, &body, 10).await?;
    table.exact("30 calls a minute, 10 sent: admitted", count(&answers, 200), 10);
    fleet.kill_store()?;
    let answers = all(fleet.balancer, &key, &body, 60).await?;
    let told = answers.iter().filter(|answer| {
        answer.code() == "limits_unavailable" && answer.header("retry-after") == Some("1")
    });
    table.exact("  store killed, 60 sent: refused with 503 and why", told.count(), 60);
    fleet.until_all("away, keys with limits are refused").await?;
    let later = Instant::now();
    let answers = all(fleet.balancer, &key, &body, 60).await?;
    table.exact("  60 more", count(&answers, 503), 60);
    table.between("  seconds for them", later.elapsed().as_secs_f64(), 0.0, 5.0);
    let answers = all(fleet.balancer, &free, &body, 60).await?;
    table.exact("  60 of a key without limits: admitted", count(&answers, 200), 60);
    fleet.start_store().await?;
    fleet.until_all("here").await?;
    let answers = all(fleet.balancer, &key, &body, 60).await?;
    table.exact("  store back, 60 sent: admitted", count(&answers, 200), 20);
    table.exact("  refused with 429", count(&answers, 429), 40);
    table.between("  seconds since the first", began.elapsed().as_secs_f64(), 0.0, 55.0);
    Ok(())
}

/// A store that hangs is as good as none, and what it does too late has no effect.
pub(crate) async fn hung_store(fleet: &Fleet, table: &mut Table) -> Result<()> {
    let key = ClientKey::named("hung").with_parallel(30).with_budget(100.0, None);
    let key = fleet.key(key).await?;
    let body = question("grok", false, 50);
    fleet.signal_store("-STOP")?;
    let began = Instant::now();
    let answers = all(fleet.balancer, &key, &body, 30).await?;
    table.exact("store hung, 30 sent: refused with 503", count(&answers, 503), 30);
    // An operation may take five seconds here.
    table.between("  seconds for them", began.elapsed().as_secs_f64(), 0.0, 7.0);
    fleet.until_all("away").await?;
    let began = Instant::now();
    let answers = all(fleet.balancer, &key, &body, 60).await?;
    table.exact("  60 more", count(&answers, 503), 60);
    table.between("  seconds for them", began.elapsed().as_secs_f64(), 0.0, 5.0);
    fleet.signal_store("-CONT")?;
    fleet.until_all("here").await?;
    fleet.service.set_fault(Some(Fault::StallAfter { events: 1 }));
    let held = held(fleet.balancer, &key, 50, 30).await?;
    table.exact("  store goes on, 30 at a time of 30: admitted", held.admitted(), 30);
    fleet.service.set_fault(None);
    let script = "local sum = 0 for _, key in ipairs(redis.call('KEYS', '*:held')) do \
        for _, each in ipairs(redis.call('HVALS', key)) do \
        if tonumber(each) > 0 then sum = sum + 1 end end end return tostring(sum)";
    let reserved: usize = eval(fleet.store_port, script).await?.parse()?;
    table.exact("  reservations that the store has", reserved, 30);
    Ok(())
}

/// Where that is asked for, each gateway goes on with its share.
pub(crate) async fn alone(fleet: &mut Fleet, table: &mut Table) -> Result<()> {
    let key = fleet.key(ClientKey::named("alone").with_rpm(30)).await?;
    fleet.until_all_know_all().await?;
    fleet.kill_store()?;
    fleet.until_all("away, each gateway counts alone").await?;
    let began = Instant::now();
    let answers = all(fleet.balancer, &key, &question("grok", false, 50), 90).await?;
    let told = answers.iter().filter(|answer| answer.header("x-locus-limits") == Some("alone"));
    // A share fills up evenly, by one call in six seconds.
    table.between("alone, 90 sent: seconds", began.elapsed().as_secs_f64(), 0.0, 5.0);
    table.exact("  a third of 30 each: admitted", count(&answers, 200), 30);
    table.exact("  refused with 429", count(&answers, 429), 60);
    table.exact("  said that they were counted alone", told.count(), 30);
    Ok(())
}

/// Streams that were opened, and those that were not.
struct Held(Vec<(Answer, TcpStream)>);

impl Held {
    fn admitted(&self) -> usize {
        self.0.iter().filter(|(answer, _)| answer.status == 200).count()
    }

    fn refused(&self) -> usize {
        self.0.iter().filter(|(answer, _)| answer.status == 429).count()
    }
}

/// Opens streams at once and keeps them.
async fn held(to: SocketAddr, key: &str, tokens: u32, number: usize) -> Result<Held> {
    let body: Arc<str> = question("grok", true, tokens).into();
    let tasks: Vec<_> = (0..number)
        .map(|_| {
            let (key, body) = (key.to_owned(), Arc::clone(&body));
            tokio::spawn(async move { open(to, &key, &body).await })
        })
        .collect();
    let mut streams = Vec::new();
    for task in tasks {
        streams.push(task.await??);
    }
    Ok(Held(streams))
}

/// Sends a question many times, as many at once as the system has room for.
async fn all(to: SocketAddr, key: &str, body: &str, number: usize) -> Result<Vec<Answer>> {
    let room = Arc::new(Semaphore::new(AT_ONCE));
    let tasks: Vec<_> = (0..number)
        .map(|_| {
            let (key, body, room) = (key.to_owned(), body.to_owned(), Arc::clone(&room));
            tokio::spawn(async move {
                let _place = room.acquire_owned().await?;
                ask(to, &key, &body).await
            })
        })
        .collect();
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await??);
    }
    Ok(answers)
}

impl Fleet {
    /// How many calls the gateways have under way.
    async fn calls_under_way(&self) -> Result<u64> {
        let mut sum = 0;
        for replica in 0..REPLICAS {
            let page = get(self.gateway(replica), "/metrics", OPERATOR).await?.body;
            let line = page.lines().find_map(|line| line.strip_prefix("locus_in_flight "));
            sum += line.and_then(|count| count.parse::<u64>().ok()).unwrap_or_default();
        }
        Ok(sum)
    }
}

fn count(answers: &[Answer], status: u16) -> usize {
    answers.iter().filter(|answer| answer.status == status).count()
}

/// What the catalogue says of the model, in US dollars for a token.
const PROMPT: f64 = 3e-6;
const ANSWER: f64 = 15e-6;

/// Each call has three sockets in this process, of which some systems allow 1,024.
const AT_ONCE: usize = 200;

const PATIENCE: Duration = Duration::from_secs(30);
